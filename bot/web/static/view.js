// Which part of the picture is seen, and how large. Zooming moves a layer and draws nothing.

const PAST = 60;
const ZOOM_MAX = 32;

export class View {
  constructor(stage, world, size, scale) {
    Object.assign(this, { stage, world, size });
    this.canvasScale = scale;
    // Screen pixels for a pixel of the picture.
    this.zoom = 1;
    this.x = this.y = 0;
    this.fitted = true;
    this.changed = () => {};
    world.style.width = `${Math.round(size[0] * scale)}px`;
    world.style.height = `${Math.round(size[1] * scale)}px`;
    this.measure();
    new ResizeObserver(() => {
      this.measure();
      this.fitted ? this.fit() : this.#apply();
    }).observe(stage);
  }

  // Once in a while, not at each move of a pointer.
  measure() {
    this.place = this.stage.getBoundingClientRect();
  }

  get fitting() {
    const { clientWidth, clientHeight } = this.stage;
    return Math.min(clientWidth / this.size[0], clientHeight / this.size[1]) || 1;
  }

  fit() {
    const { clientWidth, clientHeight } = this.stage;
    this.zoom = this.fitting;
    this.x = (clientWidth - this.size[0] * this.zoom) / 2;
    this.y = (clientHeight - this.size[1] * this.zoom) / 2;
    this.fitted = true;
    this.#apply();
  }

  // Around a place on the stage, which stays where it is; its middle where none is given.
  zoomBy(factor, at = [this.stage.clientWidth / 2, this.stage.clientHeight / 2]) {
    const low = Math.min(1, this.fitting) / 2;
    const zoom = Math.min(ZOOM_MAX, Math.max(low, this.zoom * factor));
    const grown = zoom / this.zoom;
    this.x = at[0] - (at[0] - this.x) * grown;
    this.y = at[1] - (at[1] - this.y) * grown;
    this.zoom = zoom;
    this.fitted = false;
    this.#apply();
  }

  pan(across, down) {
    this.x += across;
    this.y += down;
    this.fitted = false;
    this.#apply();
  }

  // Places in the window, on the stage and in the picture.
  onStage({ clientX, clientY }) {
    return [clientX - this.place.left, clientY - this.place.top];
  }

  toPicture([x, y]) {
    return [(x - this.x) / this.zoom, (y - this.y) / this.zoom];
  }

  toStage([x, y]) {
    return [x * this.zoom + this.x, y * this.zoom + this.y];
  }

  // Bring a place of the picture into sight.
  reveal(place) {
    const [x, y] = this.toStage(place);
    const { clientWidth, clientHeight } = this.stage;
    const off = (at, side) => (at < 40 ? 40 - at : at > side - 40 ? side - 40 - at : 0);
    const [across, down] = [off(x, clientWidth), off(y, clientHeight)];
    if ((across || down) && !this.fitted) this.pan(across, down);
  }

  #apply() {
    const within = (at, room, length) => {
      const rest = room - length;
      return Math.min(Math.max(0, rest) + PAST, Math.max(Math.min(0, rest) - PAST, at));
    };
    this.x = within(this.x, this.stage.clientWidth, this.size[0] * this.zoom);
    this.y = within(this.y, this.stage.clientHeight, this.size[1] * this.zoom);
    const scale = this.zoom / this.canvasScale;
    this.world.style.transform = `translate(${this.x}px,${this.y}px) scale(${scale})`;
    this.changed();
  }
}
