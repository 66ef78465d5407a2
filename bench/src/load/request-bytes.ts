/** A POST of JSON as it goes over the wire. */
export function requestBytes(port: number, path: string, body: string): Buffer {
  const content = Buffer.from(body);
  return Buffer.concat([
    Buffer.from(
      `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\n` +
        `content-length: ${content.length}\r\n\r\n`,
    ),
    content,
  ]);
}
