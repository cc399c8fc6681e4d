// The form beside the picture: prompt, options and the price.

const element = (id) => document.getElementById(id);

function control(field) {
  const { kind, name, value, choices, low, high } = field;
  if (kind === "choice") {
    const menu = document.createElement("select");
    menu.append(new Option(field.empty ?? "As usual", ""), ...choices.map((each) => new Option(each, each)));
    menu.value = value ?? "";
    return Object.assign(menu, { name });
  }
  const input = document.createElement("input");
  input.type = kind === "text" ? "text" : "number";
  Object.assign(input, { name, value: value ?? "", placeholder: field.empty ?? "" });
  if (kind === "float") input.step = "any";
  if (low != null) input.min = low;
  if (high != null) input.max = high;
  return input;
}

export class Wish {
  constructor(facts) {
    this.facts = facts;
    this.prompt = element("prompt");
    this.button = element("start");
    this.changed = () => {};
    element("facts").textContent = facts.about;
    this.prompt.value = facts.prompt;
    this.prompt.maxLength = facts.prompt_length_max;
    element("prompt-field").hidden = facts.prompt_use === "unused";
    this.controls = facts.fields.map((field) => {
      const label = document.createElement("label");
      const input = control(field);
      label.append(field.label, input);
      element("fields").append(label);
      return input;
    });
    element("wish").addEventListener("input", () => {
      this.#price();
      this.changed();
    });
    this.#price();
  }

  #price() {
    const { credits } = this;
    const said = credits ? `${credits} ${credits === 1 ? "credit" : "credits"}` : "free";
    this.button.textContent = credits == null ? "Start" : `Start · ${said}`;
  }

  get #count() {
    return Number(this.value.fields.count) || 1;
  }

  // What the button shows is what may be spent.
  get credits() {
    return this.facts.prices[this.#count - 1];
  }

  set credits(price) {
    this.facts.prices[this.#count - 1] = price;
  }

  get feather() {
    return Number(this.value.fields.feather || this.facts.feather_px);
  }

  get value() {
    const fields = Object.fromEntries(this.controls.map(({ name, value }) => [name, value]));
    return { prompt: this.prompt.value, fields };
  }

  set value({ prompt, fields = {} }) {
    if (typeof prompt === "string") this.prompt.value = prompt;
    for (const each of this.controls) if (each.name in fields) each.value = fields[each.name];
    this.#price();
  }

  set trouble(sentence) {
    element("trouble").textContent = sentence;
  }

  set busy(busy) {
    this.button.disabled = busy;
    if (busy) this.button.textContent = "Sending …";
    else this.#price();
  }
}
