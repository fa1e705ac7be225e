// Keeps a list that is scrolled to its end there when it or its surroundings grow.

const NEAR_PX = 60;

export function keepEnd(list, inner, scrolled = () => {}) {
  let follows = true;
  let lastTop = 0;

  const isAt = () => list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_PX;

  function go() {
    follows = true;
    list.scrollTop = list.scrollHeight;
    lastTop = list.scrollTop;
  }

  list.addEventListener("scroll", () => {
    follows = isAt() || (follows && list.scrollTop >= lastTop);
    lastTop = list.scrollTop;
    scrolled();
  });
  // Whoever is on the way up, by the browser's search for one, is not brought back.
  const sizes = new ResizeObserver(() => follows && list.scrollTop >= lastTop - 1 && go());
  sizes.observe(list);
  sizes.observe(inner);

  return {
    go,
    leave() { follows = false; },
    moved() { lastTop = list.scrollTop; },
    isKept: () => follows,
  };
}
