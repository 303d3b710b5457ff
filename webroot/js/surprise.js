// A sentence by chance, out of the words that a pack knows.

const WHERE = { sea: "on the", beach: "on the", meadow: "on the", space: "in", mountains: "in the", city: "through the" };
const WHEN = { day: "by day", sunset: "at sunset", night: "at night", dawn: "at dawn" };
const WEATHER = { clear: "under a clear sky", rain: "in the rain", snow: "in the snow", fog: "in the fog" };

const pick = (words) => words?.[Math.floor(Math.random() * words.length)];

/** A sentence for `pack`: one of its examples if it lists no words. */
export function surprise({ vocabulary, examples }) {
  const { actor, place, time, weather, action } = Object.fromEntries(
    Object.entries(vocabulary ?? {}).map(([kind, words]) => [kind, pick(words)]),
  );
  if (!actor) return pick(examples) ?? "";
  // As it is said, not as it is spelled: an owl, an octopus, but a UFO, a unicorn.
  const article = /^[aeiou]/i.test(actor) && !/^(u[^aeiou][aeiou]|ufo)/i.test(actor) ? "an" : "a";
  return [
    `${article} ${actor}`,
    action,
    place && (place in WHERE ? `${WHERE[place]} ${place}` : `in the ${place}`),
    time && (WHEN[time] ?? `at ${time}`),
    // Space has no weather.
    weather && place !== "space" && (WEATHER[weather] ?? weather),
  ].filter(Boolean).join(" ");
}
