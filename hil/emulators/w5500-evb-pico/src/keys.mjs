// A key matrix on GPIO: a pressed key joins its row with its column. The columns are pulled up.
export class Keys {
  /** `rows` and `columns` are numbers of GPIO pins of `mcu`. */
  constructor(mcu, rows, columns) {
    Object.assign(this, { mcu, rows, columns });
    this.down = new Set();
    for (const row of rows) mcu.gpio[row].addListener(() => this.#update());
    this.#update();
  }

  /** The key in that row and column goes down or comes up. */
  set(row, column, isDown) {
    const key = row * this.columns.length + column;
    if (isDown) this.down.add(key); else this.down.delete(key);
    this.#update();
  }

  #update() {
    this.columns.forEach((pin, column) => {
      const isLow = this.rows.some((row, index) =>
        this.down.has(index * this.columns.length + column) && this.mcu.gpio[row].value === 0);
      this.mcu.gpio[pin].setInputValue(!isLow);
    });
  }
}
