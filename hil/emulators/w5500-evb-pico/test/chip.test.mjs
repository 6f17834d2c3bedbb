// Each gap of rp2040js 1.4.1 that an embassy-rp image falls into, and that src/chip.mjs and src/rom.mjs fill.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Chip } from '../src/chip.mjs';
import { chip, FLASH, STACK, UART0 } from '../support/chips.mjs';

const RAM = 0x20000000, RETURN = RAM + 0x100;
const SEV = 0xbf40, WFE = 0xbf20, WFI = 0xbf30, CPSID = 0xb672, CPSIE = 0xb662, NOP = 0xbf00, BKPT = 0xbe00;

function step(board, count) {
  for (let index = 0; index < count; index++) board.mcu.core.executeInstruction();
}

/** Calls a function at `address` with up to three arguments and returns its result. */
function call({ mcu }, address, ...given) {
  mcu.writeUint16(RETURN, BKPT);
  given.forEach((value, index) => { mcu.core.registers[index] = value; });
  mcu.core.LR = RETURN | 1;
  mcu.core.PC = address & ~1;
  for (let count = 0; count < 10_000; count++) {
    if (mcu.core.PC === RETURN) return mcu.core.registers[0] >>> 0;
    mcu.core.executeInstruction();
  }
  throw new Error('the function does not return');
}

/** A function of the boot ROM, found as firmware finds it. */
function romFunction(board, name) {
  const { mcu } = board;
  return call(board, mcu.readUint16(0x18), mcu.readUint16(0x14), name.charCodeAt(0) | (name.charCodeAt(1) << 8));
}

function fillRam({ mcu }, address, bytes) {
  bytes.forEach((byte, index) => mcu.writeUint8(address + index, byte));
}

test('an image starts at its vector table, without a boot ROM of the maker', () => {
  const board = chip(SEV);
  assert.equal(board.mcu.core.PC, FLASH + 0x200);
  assert.equal(board.mcu.core.SP >>> 0, STACK);
});

test('SEV sets the event that WFE waits for', () => {
  const board = chip(SEV, WFE, BKPT);
  step(board, 2);
  assert.equal(board.mcu.core.waiting, false);
});

test('WFE without an event waits', () => {
  const board = chip(WFE);
  step(board, 1);
  assert.equal(board.mcu.core.waiting, true);
});

test('SysTick ends a sleep', () => {
  const board = chip(WFI, NOP), { core } = board.mcu;
  step(board, 1);
  assert.equal(core.waiting, true);
  const [CONTROL, RELOAD] = [0xe000e010, 0xe000e014];
  board.mcu.writeUint32(RELOAD, 124_999);
  board.mcu.writeUint32(CONTROL, 7);
  board.advance(200, () => !core.waiting);
  assert.equal(core.IPSR, 15);
});

test('WFI with interrupts masked ends by one that is pending already, and its handler runs when the mask goes', () => {
  const board = chip(CPSID, NOP, WFI, NOP, CPSIE, NOP);
  const { core } = board.mcu;
  core.enabledInterrupts = 1 << UART0;
  board.mcu.writeUint32(0x40034038, 0x10);
  board.advance(0.001, () => core.PM);
  board.mcu.uart[0].feedByte(7);
  board.advance(0.001, () => core.PC === FLASH + 0x208);
  assert.equal(core.PC, FLASH + 0x208, 'it sleeps though an interrupt is pending');
  assert.equal(core.IPSR, 0, 'the handler does not run yet');
  board.advance(0.001, () => core.IPSR !== 0);
  assert.equal(core.IPSR, 16 + UART0);
});

test('WFI with interrupts masked ends by one that comes, and its handler runs when the mask goes', () => {
  const board = chip(CPSID, WFI, NOP, CPSIE, NOP);
  const { core } = board.mcu;
  core.enabledInterrupts = 1 << UART0;
  board.mcu.writeUint32(0x40034038, 0x10);
  board.advance(0.001);
  assert.equal(core.waiting, true);
  board.mcu.uart[0].feedByte(7);
  assert.equal(core.waiting, false);
  assert.equal(core.IPSR, 0, 'the handler does not run yet');
  board.advance(0.001, () => core.IPSR !== 0);
  assert.equal(core.IPSR, 16 + UART0);
});

test('WFI with interrupts masked sleeps on where the one that is pending is not enabled', () => {
  const board = chip(CPSID, WFI, NOP);
  board.mcu.writeUint32(0x40034038, 0x10);
  board.mcu.uart[0].feedByte(7);
  board.advance(0.001);
  assert.equal(board.mcu.core.waiting, true);
});

test('a DMA channel is aborted at once', () => {
  assert.equal(chip().mcu.readUint32(0x50000444), 0);
});

test('the ring oscillator is stable and gives both bits', () => {
  const { mcu } = chip();
  const bits = new Set(Array.from({ length: 200 }, () => mcu.readUint32(0x4006001c)));
  assert.deepEqual([...bits].sort(), [0, 1]);
  assert.notEqual(mcu.readUint32(0x40060018) & 0x80000000, 0);
});

test('the serial line does not claim a DMA channel', () => {
  const { mcu } = chip();
  assert.equal(mcu.readUint32(0x40034048), 0);
  mcu.writeUint32(0x40034048, 1);
  assert.equal(mcu.readUint32(0x40034048), 1);
});

test('the interrupt of a transmitter comes after a byte and not before', () => {
  const { mcu } = chip();
  const pending = () => (mcu.core.pendingInterrupts >>> 20) & 1;
  mcu.writeUint32(0x40034038, 0x20);
  assert.equal(pending(), 0);
  mcu.writeUint32(0x40034000, 0x55);
  assert.equal(pending(), 1);
  mcu.writeUint32(0x40034044, 0x20);
  assert.equal(pending(), 0);
});

test('a received byte raises the interrupt until it is read', () => {
  const { mcu } = chip();
  const pending = () => (mcu.core.pendingInterrupts >>> 20) & 1;
  mcu.writeUint32(0x40034038, 0x10);
  mcu.uart[0].feedByte(7);
  assert.equal(pending(), 1);
  assert.equal(mcu.readUint32(0x40034000), 7);
  assert.equal(pending(), 0);
});

test('an SPI transfer takes as long as its bits', () => {
  const board = chip();
  const { mcu, clock } = board;
  const seen = [];
  board.attachSpi(0, (byte) => { seen.push(byte); return 0xa5; });
  mcu.writeUint32(0x4003c000, 7);
  mcu.writeUint32(0x4003c010, 4);
  mcu.writeUint32(0x4003c004, 2);
  mcu.writeUint32(0x4003c008, 0x12);
  const nanos = (8 * 1e9) / mcu.spi[0].clockFrequency;
  clock.tick(nanos - 1);
  assert.equal(mcu.readUint32(0x4003c00c) & 4, 0, 'nothing has come back yet');
  clock.tick(2);
  assert.equal(mcu.readUint32(0x4003c008), 0xa5);
  assert.deepEqual(seen, [0x12]);
});

test('the ROM finds its functions and knows no others', () => {
  const board = chip();
  assert.equal(romFunction(board, 'RE') & 1, 1);
  assert.equal(romFunction(board, 'ZZ'), 0);
});

test('flash is erased and programmed as flash is: ones become zeros, and only erasing makes ones', () => {
  const board = chip();
  const at = 0x1f0000;
  fillRam(board, RAM, [0x0f, 0xf0]);
  call(board, romFunction(board, 'RP'), at, RAM, 2);
  assert.deepEqual([...board.mcu.flash.subarray(at, at + 2)], [0x0f, 0xf0]);
  fillRam(board, RAM, [0xff, 0xff]);
  call(board, romFunction(board, 'RP'), at, RAM, 2);
  assert.deepEqual([...board.mcu.flash.subarray(at, at + 2)], [0x0f, 0xf0]);
  call(board, romFunction(board, 'RE'), at, 4096);
  assert.ok(board.mcu.flash.subarray(at, at + 4096).every((byte) => byte === 0xff));
});

test('a supply that fails leaves a page half programmed, and some bits of a chunk changed', () => {
  const at = 0x1f0000;
  const middles = new Set();
  for (let count = 0; count < 20; count++) {
    const board = chip();
    fillRam(board, RAM, Array(256).fill(0x0f));
    let chunks = 3;
    board.rom.powerFails = () => chunks-- === 0;
    call(board, romFunction(board, 'RP'), at, RAM, 256);
    const page = board.mcu.flash.subarray(at, at + 256);
    assert.ok(page.subarray(0, 48).every((byte) => byte === 0x0f));
    // Bits that are to stay have stayed.
    assert.ok(page.subarray(48, 64).every((byte) => (byte & 0x0f) === 0x0f));
    assert.ok(page.subarray(64).every((byte) => byte === 0xff));
    middles.add(page.subarray(48, 64).join());
  }
  assert.ok(middles.size > 1);
});

test('memory is copied and filled by the ROM', () => {
  const board = chip();
  fillRam(board, RAM, [1, 2, 3]);
  call(board, romFunction(board, 'MC'), RAM + 8, RAM, 3);
  assert.equal(board.mcu.readUint8(RAM + 10), 3);
  call(board, romFunction(board, 'MS'), RAM + 8, 9, 3);
  assert.equal(board.mcu.readUint8(RAM + 10), 9);
});

test('a reset that the firmware asks for reaches the board', async () => {
  const board = chip();
  const reason = new Promise((resolve) => { board.onReset = resolve; });
  // With the bits that software keeps of what it reads there.
  board.mcu.writeUint32(0xe000ed0c, 0x05fa0704);
  assert.equal(await reason, 'request');
});

test('a watchdog that is not fed resets the board, and what it wrote down survives', async () => {
  const board = chip();
  const { mcu } = board;
  const reason = new Promise((resolve) => { board.onReset = resolve; });
  mcu.writeUint32(0x4005800c, 0x1234);
  mcu.writeUint8(RAM + 5, 77);
  mcu.writeUint32(0x40058004, 2000);
  mcu.writeUint32(0x40058000, 0x40000000);
  board.clock.tick(2e6);
  assert.equal(await reason, 'watchdog');
  const after = new Chip(mcu.flash.subarray(0, 2 * 1024 * 1024), board);
  assert.equal(after.mcu.readUint32(0x4005800c), 0x1234);
  assert.equal(after.mcu.readUint32(0x40058008), 1);
  assert.equal(after.mcu.readUint8(RAM + 5), 77);
});
