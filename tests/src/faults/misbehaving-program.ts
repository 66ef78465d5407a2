/**
 * Main module of an endpoint that breaks the rules on purpose, in a process of its own: `http1` or `http2`, and the port, are its arguments.
 * What it does to an attempt depends on the service that is invoked; see misbehaviour.ts.
 */
import { constants, createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { manifest, type Act, misbehaviourOf } from './misbehaviour.ts';

const [protocol, port] = process.argv.slice(2);
const manifestType = 'application/vnd.restate.endpointmanifest.v4+json';
/** Sockets below HTTP/2, by the port of the other side. */
const rawSockets = new Map<number, Socket>();
const noise = Buffer.from('\u0000\u00ff no protocol at all \r\n\r\n'.repeat(20), 'latin1');

if (protocol === 'http1') serveHttp1();
else serveHttp2();

// The pipe closes when the test process ends, however it ends; then this process must not stay behind.
process.stdin.resume();
process.stdin.once('close', () => process.exit(0));

function ready(): void {
  process.stdout.write(`misbehaving on port ${port}\n`);
}

function noteRequest(path: string): void {
  process.stdout.write(`asked for ${path}\n`);
}

function serveHttp2(): void {
  const server = createHttp2Server();
  // Node lets nobody write past HTTP/2; a server of TCP that hands its sockets on can.
  server.on('connection', (socket: Socket) => {
    rawSockets.set(socket.remotePort ?? 0, socket);
    socket.once('close', () => rawSockets.delete(socket.remotePort ?? 0));
  });
  server.on('session', (session) => session.on('error', () => {}));
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    const path = headers[':path'] ?? '';
    noteRequest(path);
    const act = misbehaviourOf(path)?.act;
    if (act !== undefined) return misbehaveOverHttp2(stream, act, headers['content-type'] ?? '');
    stream.respond({ ':status': path.endsWith('/discover') ? 200 : 404, 'content-type': manifestType });
    stream.end(manifest());
  });
  server.listen(Number(port), '127.0.0.1', ready);
}

function misbehaveOverHttp2(stream: ServerHttp2Stream, act: Act, contentType: string): void {
  const socket = stream.session?.socket;
  switch (act.kind) {
    case 'answer':
      stream.respond({ ':status': act.status ?? 200, 'content-type': act.contentType ?? contentType, ...act.headers });
      stream.end(Buffer.from(act.body ?? '', 'hex'));
      return;
    case 'stall':
      stream.respond({ ':status': 200, 'content-type': contentType });
      stream.write(Buffer.from(act.body, 'hex'));
      return;
    case 'cut':
      stream.respond({ ':status': 200, 'content-type': contentType });
      stream.write(Buffer.from(act.body, 'hex'), () => {
        if (act.how === 'reset') rawSockets.get(socket?.remotePort ?? 0)?.resetAndDestroy();
        else stream.session?.destroy();
      });
      return;
    case 'reset':
      stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
      return;
    case 'noise':
      if (socket !== undefined) rawSockets.get(socket.remotePort ?? 0)?.write(noise);
      return;
    case 'hang':
  }
}

function serveHttp1(): void {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    let head = '';
    socket.on('data', (chunk: Buffer) => {
      head += chunk.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end === -1) return;
      const [request = ''] = head.split('\r\n', 1);
      const [, path = ''] = request.split(' ');
      const contentType = /^content-type: *(.*)$/im.exec(head.slice(0, end))?.[1]?.trim() ?? '';
      head = '';
      // What follows the head on this connection is the body, and nobody reads it.
      socket.removeAllListeners('data').resume();
      noteRequest(path);
      const act = misbehaviourOf(path)?.act;
      if (act === undefined) answerHttp1(socket, { contentType: manifestType, body: Buffer.from(manifest()) });
      else misbehaveOverHttp1(socket, act, contentType);
    });
  });
  server.listen(Number(port), '127.0.0.1', ready);
}

function misbehaveOverHttp1(socket: Socket, act: Act, contentType: string): void {
  switch (act.kind) {
    case 'answer':
      return answerHttp1(socket, {
        status: act.status ?? 200,
        contentType: act.contentType ?? contentType,
        headers: act.headers ?? {},
        body: Buffer.from(act.body ?? '', 'hex'),
      });
    case 'stall':
    case 'cut': {
      const body = Buffer.from(act.body, 'hex');
      socket.write(
        Buffer.concat([
          Buffer.from(`HTTP/1.1 200 OK\r\ncontent-type: ${contentType}\r\ncontent-length: 1000\r\n\r\n`),
          body,
        ]),
        () => {
          if (act.kind === 'stall') return;
          if (act.how === 'reset') socket.resetAndDestroy();
          else socket.end();
        },
      );
      return;
    }
    case 'reset':
      socket.resetAndDestroy();
      return;
    case 'noise':
      socket.end(noise);
      return;
    case 'hang':
  }
}

function answerHttp1(
  socket: Socket,
  answer: {
    readonly status?: number;
    readonly contentType: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body: Buffer;
  },
): void {
  const headers = Object.entries({
    'content-type': answer.contentType,
    'content-length': String(answer.body.length),
    connection: 'close',
    ...answer.headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(
    Buffer.concat([Buffer.from(`HTTP/1.1 ${answer.status ?? 200} Whatever\r\n${headers.join('')}\r\n`), answer.body]),
  );
}
