/** How a receiver checks a delivery, in three languages; each reads the secret from `MIU_WEBHOOK_SECRET`. */
export const VERIFY_SNIPPETS = [
  {
    language: 'Python',
    code: `import hmac, hashlib, os
from datetime import datetime, timezone

def verify(body: bytes, headers) -> bool:
    timestamp = headers["X-MatchItUp-Timestamp"]
    age = datetime.now(timezone.utc) - datetime.fromisoformat(timestamp)
    if abs(age.total_seconds()) > 300:
        return False
    message = f"{timestamp}.{body.decode()}"
    expected = hmac.new(
        os.environ["MIU_WEBHOOK_SECRET"].encode(), message.encode(), hashlib.sha256
    ).hexdigest()
    received = headers["X-MatchItUp-Signature"].removeprefix("sha256=")
    return hmac.compare_digest(expected, received)
`,
  },
  {
    language: 'Node',
    code: `import { createHmac, timingSafeEqual } from 'node:crypto';

export function verify(body, headers) {
  const timestamp = headers['x-matchitup-timestamp'];
  if (Math.abs(Date.now() - Date.parse(timestamp)) > 300_000) return false;
  const expected = createHmac('sha256', process.env.MIU_WEBHOOK_SECRET)
    .update(\`\${timestamp}.\${body}\`)
    .digest();
  const received = Buffer.from(headers['x-matchitup-signature'].replace('sha256=', ''), 'hex');
  return received.length === expected.length && timingSafeEqual(received, expected);
}
`,
  },
  {
    language: 'curl',
    code: `# Signs BODY as Countersign does, to try a receiver of yours.
TIMESTAMP=$(date -u +%Y-%m-%dT%H:%M:%S+00:00)
BODY='{"event":"test_fire","agent_id":"…","timestamp":"'$TIMESTAMP'","data":{}}'
SIGNATURE=$(printf '%s.%s' "$TIMESTAMP" "$BODY" |
  openssl dgst -sha256 -hmac "$MIU_WEBHOOK_SECRET" -r | cut -d' ' -f1)
curl -X POST https://myserver.com/miu-events \\
  -H 'Content-Type: application/json' \\
  -H "X-MatchItUp-Timestamp: $TIMESTAMP" \\
  -H "X-MatchItUp-Signature: sha256=$SIGNATURE" \\
  -d "$BODY"
`,
  },
] as const;
