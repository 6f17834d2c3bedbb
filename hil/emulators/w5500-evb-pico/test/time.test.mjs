// The board's time against the wall clock.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chip } from '../support/chips.mjs';

const BRANCH_TO_SELF = 0xe7fe, WFE = 0xbf20, BRANCH_BACK = 0xe7fd;
const milliseconds = (board) => board.clock.nanos / 1e6;
const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
const block = (time) => { for (const end = performance.now() + time; performance.now() < end;); };

test('a chip that works is never ahead of the wall clock', async () => {
  const board = chip(BRANCH_TO_SELF);
  const start = performance.now();
  board.run();
  for (let count = 0; count < 10; count++) {
    await pause(20);
    // A slice of instructions may end after the clock was read.
    assert.ok(milliseconds(board) <= performance.now() - start + 1.5);
  }
  board.stop();
  assert.ok(milliseconds(board) > 0);
});

test('a chip that sleeps keeps up with the wall clock', async () => {
  const board = chip(WFE, BRANCH_BACK);
  const start = performance.now();
  board.run();
  await pause(200);
  const behind = performance.now() - start - milliseconds(board);
  board.stop();
  assert.ok(behind >= -0.5 && behind < 100, `${behind} ms`);
});

test('after a pause of the host the chip catches up by its alarms, a quarter faster than the wall clock', async () => {
  const board = chip(WFE, BRANCH_BACK);
  const alarm = board.clock.createAlarm(() => alarm.schedule(10e6));
  alarm.schedule(10e6);
  const start = performance.now();
  board.run();
  await pause(50);
  block(300);
  await pause(20);
  const [from, at] = [milliseconds(board), performance.now()];
  const behind = at - start - from;
  assert.ok(behind > 100, `it must be behind after the pause: ${behind} ms`);
  await pause(200);
  const rate = (milliseconds(board) - from - 10) / (performance.now() - at);
  assert.ok(rate <= 1.25, `${rate} times the wall clock`);
  for (const end = performance.now() + 10_000; performance.now() - start - milliseconds(board) > 20;) {
    assert.ok(performance.now() < end, 'it never catches up');
    await pause(20);
  }
  board.stop();
});
