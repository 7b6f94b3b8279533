// The deck's elements. Texts that come from a clip are set as text later, never as HTML.
import { MARKS } from "./marks.js";
import { COMMANDS, PRESETS, keysOf, shownKey } from "./keys.js";

const ICONS = {
  first: '<path d="M6 5v14M19 5l-9 7 9 7z"/>',
  previous: '<path d="M15 5l-8 7 8 7z"/>',
  play: '<path class="when-still" d="M8 5l11 7-11 7z"/><path class="when-playing" d="M8 5v14M16 5v14"/>',
  next: '<path d="M9 5l8 7-8 7z"/>',
  last: '<path d="M18 5v14M5 5l9 7-9 7z"/>',
  loop: '<path class="open" d="M5 11a7 5 0 0 1 7-5h6m-3-3 3 3-3 3M19 13a7 5 0 0 1-7 5H6m3 3-3-3 3-3"/>',
  zoom: '<path class="open" d="M4 8V4h4M20 8V4h-4M4 16v4h4M20 16v4h-4M8 12h8"/>',
  undo: '<path class="open" d="M9 7H15a5 5 0 0 1 0 10H8M9 7l3-3M9 7l3 3"/>',
  reset: '<path class="open" d="M5 12a7 7 0 1 0 2-5M5 4v4h4"/>',
};
// The same shapes on the curve and on the buttons: they tell the markers apart without colour.
const SHAPES = {
  onset: '<path d="M3 2l11 6-11 6z"/>',
  apex: '<path d="M8 2l6 12H2z"/>',
  offset: '<path d="M13 2L2 8l11 6z"/>',
};

const icon = (name) => `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${ICONS[name]}</svg>`;
const shape = (name) => `<svg class="shape" viewBox="0 0 16 16" aria-hidden="true">${SHAPES[name]}</svg>`;
const tool = (id, text) => `<button type="button" data-command="${id}" aria-pressed="false">${text}</button>`;
const small = (id, label) =>
  `<button type="button" class="small" data-command="${id}" aria-label="${label}">${icon(id)}</button>`;
const toggle = (id, label) =>
  `<button type="button" class="small" data-command="${id}" aria-label="${label}" aria-pressed="false">${icon(id)}</button>`;
const setter = (name) =>
  `<button type="button" class="setter" data-command="${name}" aria-label="Set ${name} here">${shape(name)}<span>${name}</span></button>`;
const marker = (name, index) =>
  `<div class="row"><div class="mark" role="slider" tabindex="0" data-mark="${index}" aria-label="${name}" aria-orientation="horizontal">` +
  `${shape(name)}<span class="who"></span></div><span class="own-place" aria-hidden="true" hidden></span></div>`;

const TEMPLATE = `
<section class="deck" role="group" aria-label="Deck: the face, its motion over time, and the markers">
  <div class="faces">
    <figure><figcaption class="onset-text"></figcaption><canvas class="onset" role="img"></canvas></figure>
    <figure><figcaption class="now-text"></figcaption><div class="picture"><canvas class="now" role="img"></canvas><p class="computed" hidden></p></div></figure>
    <div class="tools" role="group" aria-label="Ways to look">
      ${tool("blink", "Blink")}
      <div class="amplifier">${tool("amplify", "Amplify")}<label class="factor" hidden><input type="range" min="2" max="16" step="1" value="8" aria-label="Amplify how many times"><output>8×</output></label></div>
      ${tool("mirror", "Mirror")}${tool("arrows", "Arrows")}
    </div>
  </div>
  <div class="said" aria-hidden="true"></div>
  <div class="time">
    <div class="names">
      <div class="px"><span class="top-px"></span><span>0</span></div>
      <div class="mark-names">${MARKS.map((name) => `<span>${name}</span>`).join("")}</div>
      <div class="lane-names"></div>
      <div class="unit"></div>
    </div>
    <div class="track">
      <p class="legend"></p>
      <canvas class="curve" role="img"></canvas>
      <div class="movements"></div>
      <div class="marks">${MARKS.map(marker).join("")}</div>
      <canvas class="lanes" role="img"></canvas>
      <div class="axis" aria-hidden="true"></div>
      <div class="playhead" role="slider" tabindex="0" aria-label="Playhead" aria-orientation="horizontal"></div>
    </div>
  </div>
  <div class="transport">
    <div class="buttons">
      ${small("first", "First frame")}${small("previous", "Frame before")}
      <button type="button" class="small play" data-command="play" aria-label="Play">${icon("play")}</button>
      ${small("next", "Next frame")}${small("last", "Last frame")}
      <button type="button" class="speed" data-command="speed" aria-label="Speed"></button>
      ${toggle("loop", "Loop from onset to offset")}${toggle("zoom", "Zoom to the movement")}
    </div>
    <div class="buttons set">
      ${MARKS.map(setter).join("")}${small("undo", "Undo")}${small("reset", "Back to the proposal")}
      <button type="button" class="small" data-command="help" aria-label="Keys">?</button>
    </div>
  </div>
  <p class="note"></p>
  <div class="loupe" hidden><canvas></canvas><span></span></div>
  <dialog class="help" aria-label="Keys of the deck"></dialog>
  <div class="live" role="status"></div>
</section>`;

export function buildView() {
  const holder = document.createElement("div");
  holder.innerHTML = TEMPLATE;
  return holder.firstElementChild;
}

export function textElement(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}

// For a button whose meaning changes.
export function nameButton(root, command, text) {
  const button = root.querySelector(`[data-command="${command}"]`);
  button.title = text;
  button.setAttribute("aria-label", text);
}

// Fills the help sheet and the buttons' tooltips from the registry of keys.
export function showKeys(root, keys) {
  for (const command of COMMANDS) {
    const names = keysOf(command, keys.preset).map(shownKey).join(" or ");
    for (const button of root.querySelectorAll(`[data-command="${command.id}"]`)) {
      button.title = keys.isOn && names ? `${command.text} (${names})` : command.text;
    }
  }
  const groups = [...new Set(COMMANDS.map((command) => command.group))];
  root.querySelector(".help").innerHTML = `
    <form method="dialog"><h2>Keys</h2><button class="small" aria-label="Close">×</button></form>
    <p>They work while the deck has the focus: click into it, or move there with Tab.
      On a marker, the arrows move that marker.</p>
    <div class="choices">
      <label><input type="checkbox" name="on" ${keys.isOn ? "checked" : ""}> Keys on</label>
      ${Object.entries(PRESETS).map(([id, text]) => `<label><input type="radio" name="preset" value="${id}" ${id === keys.preset ? "checked" : ""}> ${text}</label>`).join("")}
    </div>
    <div class="groups">${groups.map((group) => `<section><h3>${group}</h3><dl>${rowsOf(group, keys.preset)}</dl></section>`).join("")}</div>`;
}

function rowsOf(group, preset) {
  return COMMANDS.filter((command) => command.group === group && keysOf(command, preset).length)
    .map((command) => `<dt>${command.text}</dt><dd>${keysOf(command, preset).map((name) => `<kbd>${shownKey(name)}</kbd>`).join(" ")}</dd>`)
    .join("");
}
