#!/usr/bin/env node
// JavaScript of long ago up to the check: it must run, and speak, on the Node.js that it refuses.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

var required = 24;

if (Number(process.versions.node.split('.')[0]) >= required) {
  await import('../dist/main.js').then(function (main) {
    return main.main();
  });
} else {
  var suitable = findNode();
  if (suitable === undefined) refuse();
  else runWith(suitable);
}

/** A checkout of the repository has its own Node.js as a package. */
function findNode() {
  var system = process.platform === 'win32' ? 'win' : process.platform;
  var program = process.platform === 'win32' ? 'node.exe' : 'node';
  var names = ['node-' + system + '-' + process.arch, 'node-bin-' + system + '-' + process.arch];
  for (var folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    for (var name of names) {
      var candidate = join(folder, 'node_modules', name, 'bin', program);
      if (existsSync(candidate)) return candidate;
    }
  }
  return undefined;
}

/** Stands in for the other process: passes signals on to it, and ends as it ends. */
function runWith(node) {
  var child = spawn(node, process.argv.slice(1), { stdio: 'inherit' });
  // Ctrl-C reaches both processes, and it is the other one that decides.
  process.on('SIGINT', function () {});
  process.on('SIGTERM', function () {
    child.kill('SIGTERM');
  });
  child.on('error', function (error) {
    process.stderr.write('The Node.js at ' + node + ' cannot be started: ' + error.message + '\n');
    process.exit(1);
  });
  child.on('exit', function (code) {
    process.exit(code === null ? 1 : code);
  });
}

function refuse() {
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
  process.exit(1);
}
