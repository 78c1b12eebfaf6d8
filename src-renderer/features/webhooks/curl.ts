import type { AttemptView, DeliveryDetail } from '../../../src-server/contract/console/webhooks';

/** As a shell takes it whole, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * The request of an attempt as a command line. It carries the signatures of then and no secret: a receiver that looks
 * at the time refuses it after five minutes.
 */
export function toCurl(
  { url, requestHeaders }: Pick<AttemptView, 'url' | 'requestHeaders'>,
  { body }: Pick<DeliveryDetail, 'body'>,
): string {
  return [
    `curl -X POST ${quoted(url)}`,
    ...Object.entries(requestHeaders).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    `--data-raw ${quoted(body)}`,
  ].join(' \\\n  ');
}
