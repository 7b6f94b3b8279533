// The link between Python and the deck: findings in, actions out. Draws nothing.
import { leaveEmptyPlaces, leaveMeetingPlace, meetingPlace } from "./meeting.js";

export default function link({ data, setStateValue }) {
  const place = meetingPlace(data.key);
  leaveEmptyPlaces(data.key); // Streamlit may draw the link once more for a deck that has just closed
  place.news = data;
  place.send = (actions, attempt) => setStateValue("actions", { key: data.key, list: actions, attempt });
  place.deck?.receive();
  return () => {
    place.send = null;
    if (place.deck) place.deck.receive();
    else leaveMeetingPlace(data.key); // findings do not outlast the clip
  };
}
