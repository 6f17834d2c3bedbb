// Where the phone's image is once it is built.
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = path.dirname(fileURLToPath(import.meta.url));

export const IMAGE = path.resolve(FOLDER,
  '../../../../firmware/boards/target/thumbv6m-none-eabi/release/hotdesk-w5500-evb-pico');
