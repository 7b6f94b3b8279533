// The link between Python and the deck: findings in, actions out. Draws nothing.
import { meetingPlace } from "./meeting.js";

export default function link({ data, setStateValue }) {
  const place = meetingPlace(data.key);
  place.news = data;
  place.send = (actions, attempt) => setStateValue("actions", { key: data.key, list: actions, attempt });
  place.deck?.receive();
  return () => {
    place.send = null;
    place.deck?.receive();
  };
}
