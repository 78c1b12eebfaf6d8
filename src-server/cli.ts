import { runCli } from './cli/run-cli';

// Whatever a command writes is its user's alone.
process.umask(0o077);

process.exitCode = await runCli(process.argv.slice(2), {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  env: process.env,
});
