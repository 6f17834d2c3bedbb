// The ST7789 panel over 4-wire SPI, 16 bits a pixel: what mipidsi sends, as pixels a person sees.
const SOFTWARE_RESET = 0x01, SLEEP_OUT = 0x11, INVERT_OFF = 0x20, INVERT_ON = 0x21, DISPLAY_OFF = 0x28, DISPLAY_ON = 0x29,
  COLUMNS = 0x2a, ROWS = 0x2b, WRITE = 0x2c, ORIENTATION = 0x36, FORMAT = 0x3a;
const MIRROR_ROWS = 0x80, MIRROR_COLUMNS = 0x40, EXCHANGE = 0x20;
const RGB565 = 5;
/** Brightness of 0 to 255, of a colour in so many bits. */
const brightness = (bits) => Uint8Array.from({ length: 1 << bits }, (_, value) => Math.round((value * 255) / ((1 << bits) - 1)));
const FIVE_BITS = brightness(5), SIX_BITS = brightness(6);

export class St7789 {
  constructor(width = 240, height = 320) {
    this.width = width;
    this.height = height;
    this.memory = new Uint16Array(width * height);
    /** Pixels written since power came. */
    this.written = 0;
    /** What may have changed the picture since power came: bytes and resets. */
    this.changes = 0;
    this.reset();
  }

  reset() {
    this.changes++;
    this.orientation = 0;
    this.format = 0;
    this.on = false;
    this.awake = false;
    this.inverted = false;
    this.columns = [0, this.width - 1];
    this.rows = [0, this.height - 1];
    this.command = 0;
    this.arguments = [];
  }

  /** A byte to the panel: a command, or data for the one before. */
  write(byte, isData) {
    this.changes++;
    if (isData) return this.#data(byte);
    this.command = byte;
    this.arguments = [];
    switch (byte) {
      case SOFTWARE_RESET: this.reset(); break;
      case SLEEP_OUT: this.awake = true; break;
      case INVERT_OFF: case INVERT_ON: this.inverted = byte === INVERT_ON; break;
      case DISPLAY_OFF: case DISPLAY_ON: this.on = byte === DISPLAY_ON; break;
      case WRITE: [this.column, this.row] = [this.columns[0], this.rows[0]]; break;
    }
  }

  #data(byte) {
    const given = this.arguments;
    given.push(byte);
    const range = () => [(given[0] << 8) | given[1], (given[2] << 8) | given[3]];
    switch (this.command) {
      case COLUMNS: if (given.length === 4) this.columns = range(); break;
      case ROWS: if (given.length === 4) this.rows = range(); break;
      case ORIENTATION: this.orientation = byte; break;
      case FORMAT: this.format = byte & 7; break;
      case WRITE:
        if (given.length === 2) {
          this.#pixel((given[0] << 8) | given[1]);
          this.arguments = [];
        }
    }
  }

  #pixel(value) {
    let [x, y] = [this.column, this.row];
    this.column++;
    if (this.column > this.columns[1]) {
      this.column = this.columns[0];
      this.row = this.row >= this.rows[1] ? this.rows[0] : this.row + 1;
    }
    if (this.orientation & EXCHANGE) [x, y] = [y, x];
    if (this.orientation & MIRROR_COLUMNS) x = this.width - 1 - x;
    if (this.orientation & MIRROR_ROWS) y = this.height - 1 - y;
    if (x < 0 || x >= this.width || y < 0 || y >= this.height) return;
    this.memory[y * this.width + x] = value;
    this.written++;
  }

  /** The picture as a person sees it who has turned the panel by 90 degrees: three bytes a pixel, 320 x 240. */
  picture() {
    const [width, height] = [this.height, this.width];
    const pixels = Buffer.alloc(width * height * 3);
    // A panel that is off, asleep or reads another format shows nothing that was meant.
    if (!this.on || !this.awake || this.format !== RGB565) return { width, height, pixels };
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        // The glass of this panel shows inverted colours; the driver board's INVERT_ON puts that right.
        const value = this.memory[x * this.width + (this.width - 1 - y)] ^ (this.inverted ? 0 : 0xffff);
        const at = (y * width + x) * 3;
        pixels[at] = FIVE_BITS[value >> 11];
        pixels[at + 1] = SIX_BITS[(value >> 5) & 63];
        pixels[at + 2] = FIVE_BITS[value & 31];
      }
    }
    return { width, height, pixels };
  }

  /** The picture as a PPM file. */
  ppm() {
    const { width, height, pixels } = this.picture();
    return Buffer.concat([Buffer.from(`P6\n${width} ${height}\n255\n`), pixels]);
  }
}
