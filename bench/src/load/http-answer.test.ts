import { expect, test } from 'vitest';
import { readHttpAnswer } from './http-answer.ts';

test('an answer is complete only with its last byte, however it is cut', () => {
  const bytes = Buffer.from('HTTP/1.1 202 Accepted\r\nContent-Length: 5\r\nx-a: b\r\n\r\nhelloHTTP/1.1 ');
  const whole = bytes.length - 'HTTP/1.1 '.length;

  for (let length = 0; length < whole; length++) expect(readHttpAnswer(bytes.subarray(0, length))).toBeUndefined();
  expect(readHttpAnswer(bytes)).toEqual({ status: 202, body: Buffer.from('hello'), byteLength: whole });
});

test('chunks are put together, and the answer ends after the last of them', () => {
  const bytes = Buffer.from('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n');

  for (let length = 0; length < bytes.length; length++)
    expect(readHttpAnswer(bytes.subarray(0, length))).toBeUndefined();
  expect(readHttpAnswer(bytes)).toEqual({ status: 200, body: Buffer.from('abcde'), byteLength: bytes.length });
});

test('an answer that only the end of the connection would end is refused', () => {
  expect(() => readHttpAnswer(Buffer.from('HTTP/1.1 200 OK\r\n\r\nabc'))).toThrow('without a length');
});
