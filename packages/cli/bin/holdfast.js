#!/usr/bin/env node
// Plain old JavaScript up to the check: it must run, and speak, on the Node.js that it refuses.
var required = 24;
var found = Number(process.versions.node.split('.')[0]);
if (found < required) {
  process.stderr.write(
    'holdfast needs Node.js ' +
      required +
      ' or newer; this is ' +
      process.versions.node +
      '.\n' +
      'Install it from https://nodejs.org, or run: npx --package node@' +
      required +
      ' --package holdfast holdfast\n' +
      '[NODE_TOO_OLD]\n',
  );
  process.exit(2);
}
void import('../dist/main.js').then(function (main) {
  return main.runCommandLine(process.argv.slice(2));
});
