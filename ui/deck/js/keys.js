// One registry of keys: what is bound is what the help sheet lists.

export const PRESETS = { own: "MER Studio", boris: "As in BORIS", elan: "As in ELAN" };

// `keys` hold for every preset unless the preset has an entry of its own.
export const COMMANDS = [
  { id: "next", group: "Move", text: "Next frame", keys: ["ArrowRight"], boris: ["ArrowRight", "*"], elan: ["ArrowRight", "Ctrl+ArrowRight"] },
  { id: "previous", group: "Move", text: "Frame before", keys: ["ArrowLeft"], boris: ["ArrowLeft", "/"], elan: ["ArrowLeft", "Ctrl+ArrowLeft"] },
  { id: "tenOn", group: "Move", text: "Ten frames on", keys: ["Shift+ArrowRight"], boris: ["Shift+ArrowRight", "ArrowUp"], elan: ["PageDown"] },
  { id: "tenBack", group: "Move", text: "Ten frames back", keys: ["Shift+ArrowLeft"], boris: ["Shift+ArrowLeft", "ArrowDown"], elan: ["PageUp"] },
  { id: "secondOn", group: "Move", text: "One second on", keys: [], elan: ["Shift+ArrowRight"] },
  { id: "secondBack", group: "Move", text: "One second back", keys: [], elan: ["Shift+ArrowLeft"] },
  { id: "first", group: "Move", text: "First frame", keys: ["Home"] },
  { id: "last", group: "Move", text: "Last frame", keys: ["End"] },
  { id: "toOnset", group: "Move", text: "To the onset", keys: ["1"] },
  { id: "toApex", group: "Move", text: "To the apex", keys: ["2"] },
  { id: "toOffset", group: "Move", text: "To the offset", keys: ["3"] },
  { id: "play", group: "Play", text: "Play or pause", keys: ["Space"], elan: ["Space", "Ctrl+Space"] },
  { id: "speed", group: "Play", text: "Next speed", keys: ["S"] },
  { id: "loop", group: "Play", text: "Loop onset to offset", keys: ["L"] },
  { id: "onset", group: "Set here", text: "Onset", keys: ["O"] },
  { id: "apex", group: "Set here", text: "Apex", keys: ["A"] },
  { id: "offset", group: "Set here", text: "Offset", keys: ["F"] },
  { id: "undo", group: "Set here", text: "Undo", keys: ["Ctrl+Z"] },
  { id: "blink", group: "Look", text: "Blink onset and apex", keys: ["B"] },
  { id: "amplify", group: "Look", text: "Amplify", keys: ["X"] },
  { id: "mirror", group: "Look", text: "Mirror each half", keys: ["M"] },
  { id: "arrows", group: "Look", text: "Arrows at the apex", keys: ["W"] },
  { id: "zoom", group: "Look", text: "Zoom to the movement", keys: ["Z"] },
  { id: "help", group: "Look", text: "This list", keys: ["?"] },
];

export function keysOf(command, preset) {
  return command[preset] ?? command.keys;
}

// A key press by name, e.g. "Shift+ArrowLeft"; the sign that was typed, where there is one.
export function nameOf(event) {
  const key = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const isSign = event.key.length === 1 && !/[\p{L} ]/u.test(event.key);
  const modifiers = [
    event.ctrlKey || event.metaKey ? "Ctrl" : "",
    event.altKey ? "Alt" : "",
    event.shiftKey && !isSign ? "Shift" : "",
  ];
  return [...modifiers.filter(Boolean), key].join("+");
}

const SHOWN = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", PageUp: "Page ↑", PageDown: "Page ↓" };

export function shownKey(name) {
  return name.split("+").map((part) => SHOWN[part] ?? part).join(" + ") || "+";
}

export class Keys {
  constructor(store = globalThis.localStorage) {
    this.store = store;
    this.preset = this.read("preset", Object.keys(PRESETS)) ?? "own";
    this.isOn = this.read("keys", ["on", "off"]) !== "off";
  }

  // The command a key press stands for, or undefined. With keys off only the arrows that a slider needs are left.
  command(event) {
    const name = nameOf(event);
    if (!this.isOn && !["ArrowLeft", "ArrowRight", "Home", "End"].includes(name)) return undefined;
    return COMMANDS.find((command) => keysOf(command, this.preset).includes(name));
  }

  choose(preset) {
    this.preset = preset;
    this.write("preset", preset);
  }

  turn(isOn) {
    this.isOn = isOn;
    this.write("keys", isOn ? "on" : "off");
  }

  // Storage may be forbidden; then the choice lasts as long as the page.
  read(name, allowed) {
    try {
      const value = this.store.getItem(`mer-studio-deck-${name}`);
      return allowed.includes(value) ? value : null;
    } catch {
      return null;
    }
  }

  write(name, value) {
    try {
      this.store.setItem(`mer-studio-deck-${name}`, value);
    } catch {
      // as above
    }
  }
}
