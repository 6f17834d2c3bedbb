// What a person sees on the panel.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { St7789 } from '../src/st7789.mjs';

const send = (panel, command, ...data) => {
  panel.write(command, false);
  for (const byte of data) panel.write(byte, true);
};
const LANDSCAPE = 0x60;

function started() {
  const panel = new St7789();
  send(panel, 0x11);
  send(panel, 0x3a, 0x55);
  send(panel, 0x36, LANDSCAPE);
  send(panel, 0x21);
  send(panel, 0x29);
  return panel;
}
const pixel = (panel, x, y) => [...panel.picture().pixels.subarray((y * 320 + x) * 3, (y * 320 + x) * 3 + 3)];

test('a pixel written in landscape is where it was meant', () => {
  const panel = started();
  send(panel, 0x2a, 0, 5, 0, 5);
  send(panel, 0x2b, 0, 9, 0, 9);
  send(panel, 0x2c, 0xf8, 0x00);
  assert.deepEqual(pixel(panel, 5, 9), [255, 0, 0]);
  assert.equal(panel.written, 1);
});

test('a window is filled line by line', () => {
  const panel = started();
  send(panel, 0x2a, 0, 0, 0, 1);
  send(panel, 0x2b, 0, 0, 0, 1);
  send(panel, 0x2c, 0, 0, 0xff, 0xff, 0, 0, 0, 0x1f);
  assert.deepEqual([pixel(panel, 1, 0), pixel(panel, 1, 1)], [[255, 255, 255], [0, 0, 255]]);
});

test('whatever reaches the panel is a change: another picture is never taken for the same', () => {
  const panel = started();
  let changes = panel.changes;
  const isChange = () => changes !== (changes = panel.changes);
  send(panel, 0x2c, 0xf8, 0x00);
  assert.ok(isChange());
  send(panel, 0x28);
  assert.ok(isChange());
  panel.reset();
  assert.ok(isChange());
  assert.ok(!isChange());
});

test('a panel that is off shows nothing', () => {
  const panel = started();
  send(panel, 0x2c, 0xff, 0xff);
  send(panel, 0x28);
  assert.deepEqual(pixel(panel, 0, 0), [0, 0, 0]);
});
