// Chips whose image is a few instructions.
import { Chip, FLASH } from '../src/chip.mjs';

export { FLASH };
export const STACK = 0x20000000 + 0x4000;
/** Its interrupt. */
export const UART0 = 20;
const BRANCH_TO_SELF = 0xe7fe;

/**
 * A chip that starts with these instructions at 0x10000200. Its handler of hard faults is at 0x10000300, that of UART0 at
 * 0x10000340: it never ends.
 */
export function chip(...instructions) {
  const flash = new Uint8Array(2 * 1024 * 1024).fill(0xff);
  const image = new DataView(flash.buffer);
  image.setUint32(0x100, STACK, true);
  image.setUint32(0x104, FLASH + 0x200 + 1, true);
  image.setUint32(0x10c, FLASH + 0x300 + 1, true);
  image.setUint32(0x100 + 4 * (16 + UART0), FLASH + 0x340 + 1, true);
  image.setUint16(0x340, BRANCH_TO_SELF, true);
  instructions.forEach((instruction, index) => image.setUint16(0x200 + 2 * index, instruction, true));
  return new Chip(flash);
}
