// How a script that keeps another program running learns that it should end.

const PARENT_CHECK_MS = 250;

/**
 * Calls `stop` once, with the signal to pass on: at SIGINT, SIGTERM and SIGHUP, and when npm is gone. npm hands a
 * signal to the shell between it and this script alone, and that shell ends without a word.
 */
export function onStop(stop) {
  let watch;
  let isStopped = false;
  const stopOnce = (signal) => {
    if (isStopped) return;
    isStopped = true;
    clearInterval(watch);
    stop(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stopOnce(signal));
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  watch = setInterval(() => {
    if (process.ppid !== parent) stopOnce('SIGTERM');
  }, PARENT_CHECK_MS);
  watch.unref();
}
