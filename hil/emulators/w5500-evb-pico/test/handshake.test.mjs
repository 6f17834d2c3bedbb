// TCP's handshake on QEMU's user network, which does not answer a SYN twice.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Handshakes } from '../src/handshake.mjs';

const BOARD = [10, 0, 2, 15, 0xc0, 0x01], HOST = [10, 0, 2, 2, 0x1f, 0x90];
const SYN = 0x02, ACK = 0x10, RST = 0x04;

function segment(from, to, flags, number, acknowledged = 0) {
  const frame = Buffer.alloc(60);
  frame.writeUInt16BE(0x0800, 12);
  frame[14] = 0x45;
  frame[23] = 6;
  Buffer.from(from.slice(0, 4)).copy(frame, 26);
  Buffer.from(to.slice(0, 4)).copy(frame, 30);
  Buffer.from(from.slice(4)).copy(frame, 34);
  Buffer.from(to.slice(4)).copy(frame, 36);
  frame.writeUInt32BE(number >>> 0, 38);
  frame.writeUInt32BE(acknowledged >>> 0, 42);
  frame[47] = flags;
  return frame;
}

test('a SYN that comes again is answered again, also across the end of the numbers', () => {
  const handshakes = new Handshakes();
  const syn = segment(BOARD, HOST, SYN, 0xffffffff), answer = segment(HOST, BOARD, SYN | ACK, 7, 0);
  assert.equal(handshakes.again(syn), null);
  handshakes.toBoard(answer);
  assert.equal(handshakes.again(syn), answer);
  assert.equal(handshakes.again(syn), answer);
});

test('after the handshake, for another connection and for other frames nothing is said', () => {
  const handshakes = new Handshakes();
  const syn = segment(BOARD, HOST, SYN, 1), answer = segment(HOST, BOARD, SYN | ACK, 7, 2);
  handshakes.toBoard(answer);
  assert.equal(handshakes.again(segment([...BOARD.slice(0, 5), 2], HOST, SYN, 1)), null);
  assert.equal(handshakes.again(Buffer.alloc(60)), null);
  assert.equal(handshakes.again(segment(BOARD, HOST, ACK, 2, 8)), null);
  assert.equal(handshakes.again(syn), null);
  handshakes.toBoard(answer);
  assert.equal(handshakes.again(segment(BOARD, HOST, RST, 2)), null);
  assert.equal(handshakes.again(syn), null);
});
