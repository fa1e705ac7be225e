"""What a page must be for people who cannot see it well, or use no mouse.

Source of the rules: WCAG 2.2, level AA (contrast 1.4.3 and 1.4.11, focus 2.4.7,
names 4.1.2). Each audit returns what breaks its rule, so that a test shows it.
"""

from typing import Any

from tests.browser.browsers import until

ACTED_UPON = {
    "button", "checkbox", "combobox", "link", "listbox", "menuitem", "option", "radio",
    "slider", "spinbutton", "switch", "tab", "textbox", "DateTime",
}  # fmt: skip
NAMED = ACTED_UPON | {
    "alertdialog", "complementary", "dialog", "form", "group", "heading", "log",
    "navigation", "radiogroup", "region", "tabpanel",
}  # fmt: skip
CAPTIONED = {"group", "form", "listbox"}  # Chromium's own widgets hold such parts.

COLOURS = """
    const parse = (text) => {
        const found = text.match(/[\\d.]+/g).map(Number);
        return found.length > 3 ? found : [...found, 1];
    };
    const over = (top, under) => {
        const mix = (at) => top[at] * top[3] + under[at] * (1 - top[3]);
        return [mix(0), mix(1), mix(2), 1];
    };
    const light = ([r, g, b]) => {
        const part = (value) => {
            const v = value / 255;
            return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
        };
        return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
    };
    const ratio = (one, other) => {
        const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
        return (bright + 0.05) / (dark + 0.05);
    };
    const behind = (node) => {
        const layers = [];
        for (let at = node; at; at = at.parentElement) {
            layers.push(parse(getComputedStyle(at).backgroundColor));
            if (layers.at(-1)[3] === 1) break;
        }
        return layers.reduceRight((under, top) => over(top, under), [255, 255, 255, 1]);
    };
    const isShown = (node) => node.checkVisibility({
        opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true,
    });
"""
CONTRAST = (
    "() => {"
    + COLOURS
    + """
    const bad = new Set();
    const judge = (node, color, text) => {
        const style = getComputedStyle(node);
        const under = behind(node);
        const size = parseFloat(style.fontSize);
        const isLarge = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
        const found = ratio(over(parse(color), under), under);
        const wanted = isLarge ? 3 : 4.5;
        if (found < wanted) bad.add(`${found.toFixed(2)} ${text.trim().slice(0, 40)}`);
    };
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
        const node = text.parentElement;
        if (!text.data.trim() || !isShown(node)) continue;
        if (node.closest(':disabled, [aria-disabled=true], option, .unseen')) continue;
        judge(node, getComputedStyle(node).color, text.data);
    }
    for (const node of document.querySelectorAll('[placeholder]')) {
        const { color } = getComputedStyle(node, '::placeholder');
        if (isShown(node) && node.placeholder) judge(node, color, node.placeholder);
    }
    return [...bad];
}"""
)
REACHABLE = """() => {
    const all = [...document.querySelectorAll(
        'a[href], button, input, select, textarea, [tabindex]')];
    const isGrouped = (node) => node.type === 'radio' && !node.checked;
    return all.filter((node) => node.tabIndex >= 0 && !node.disabled
        && !node.closest('[inert]') && !isGrouped(node)
        && node.checkVisibility({visibilityProperty: true}))
        .map((node, index) => {
            node.dataset.audit = index;
            return node.outerHTML.slice(0, 120);
        });
}"""
FOCUSED = (
    "() => {"
    + COLOURS
    + """
    const node = document.activeElement;
    if (node === document.body) return null;
    const style = getComputedStyle(node);
    const box = node.closest('.box');
    const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0
        ? style.outlineColor : box && getComputedStyle(box).borderColor;
    const place = node.getBoundingClientRect();
    const isInWindow = place.bottom > 0 && place.top < innerHeight
        && place.right > 0 && place.left < innerWidth;
    return {
        audit: node.dataset.audit, isInWindow,
        name: node.outerHTML.slice(0, 120),
        ring: ring ? ratio(parse(ring), behind(node.parentElement)) : 0,
    };
}"""
)


def tree(page: Any) -> list[dict[str, Any]]:
    """Return the accessibility tree that Chromium gives to screen readers."""
    session = page.context.new_cdp_session(page)
    try:
        nodes: list[dict[str, Any]] = session.send("Accessibility.getFullAXTree")[
            "nodes"
        ]
    finally:
        session.detach()
    return [node for node in nodes if not node["ignored"]]


def nameless(page: Any) -> list[str]:
    """Return the roles of nodes that need a name and have none."""
    return [
        node["role"]["value"]
        for node in tree(page)
        if node["role"]["value"] in NAMED - CAPTIONED
        and not node.get("name", {}).get("value", "").strip()
    ]


def doubled_ids(page: Any) -> list[str]:
    """Return ids that stand at more than one element, so that labels go astray."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('[id]')].map((node) => node.id)
            .filter((id, at, all) => all.indexOf(id) !== at)"""
    )
    return found


def faint_texts(page: Any) -> list[str]:
    """Return texts whose contrast to what is behind them is under 4.5 (large: 3)."""
    until(page, "!document.getAnimations().some(a => a.playState == 'running')")
    found: list[str] = page.evaluate(CONTRAST)
    return found


def tabbed_through(page: Any) -> tuple[list[str], list[dict[str, Any]]]:
    """Press Tab once round; return what it must reach, and each stop on the way.

    What the page draws anew on the way loses its mark: then once more.
    """
    for _ in range(3):
        wanted, stops = _once_round(page)
        if page.locator("[data-audit]").count() == len(wanted):
            break
    return wanted, stops


def _once_round(page: Any) -> tuple[list[str], list[dict[str, Any]]]:
    wanted: list[str] = page.evaluate(REACHABLE)
    page.evaluate("document.activeElement.blur()")
    stops = []
    for _ in range(len(wanted) + 12):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop:
            stops.append(stop)
    return wanted, stops
