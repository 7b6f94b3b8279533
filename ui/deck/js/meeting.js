// Where the deck and its link to Python find each other: they are two components of one page.

const PLACE = Symbol.for("mer-studio.decks");

// What is known of the clip with this key: the deck, the newest findings, the way to send actions.
export function meetingPlace(key) {
  globalThis[PLACE] ??= new Map();
  const places = globalThis[PLACE];
  if (!places.has(key)) places.set(key, { deck: null, news: null, send: null });
  return places.get(key);
}

export function leaveMeetingPlace(key) {
  globalThis[PLACE]?.delete(key);
}

// Forget what was told of clips whose deck has gone, all but this one, whose deck may be on its way.
export function leaveEmptyPlaces(key) {
  for (const [other, place] of globalThis[PLACE] ?? []) {
    if (other !== key && !place.deck) leaveMeetingPlace(other);
  }
}
