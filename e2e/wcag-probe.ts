import type { Page } from '@playwright/test';

/** Measures in the page that axe does not make: each gives findings, one a line, and none on a page that is good. */

export interface Stop {
  readonly label: string;
  readonly findings: readonly string[];
  /** Reached before, or nothing has the focus: the round is over. */
  readonly isOver: boolean;
}

export interface Probe {
  /** What is cut off, covered, out of reach, or too small to hit. */
  readonly layout: () => readonly string[];
  /** Focus on nothing, before everything. */
  readonly start: () => void;
  /** Looks at what has the focus now. */
  readonly stop: () => Stop;
  /** After a round by Tab: what no key reached, and where the order jumps. */
  readonly finish: () => readonly string[];
}

declare global {
  var probe: Probe;
}

/** Puts `probe` into the page; a page that is loaded anew has none. */
export async function installProbe(window: Page): Promise<void> {
  await window.evaluate(() => {
    const CONTROLS =
      'a[href], button, input, select, textarea, summary, [role=button], [role=link], [role=tab], [role=option], [role=radio], [role=checkbox], [role=switch], [role^=menuitem], [role=combobox], [tabindex="0"]';
    /** In these, arrows move on from the one that Tab reaches. */
    const COMPOSITES =
      '[role=tablist], [role=listbox], [role=radiogroup], [role=menu], [role=toolbar], [role=group], fieldset';
    const MIN_TARGET = 24;

    const scope = () => document.querySelector('[role=dialog][aria-modal=true]') ?? document.body;
    const isShown = (element: Element) =>
      element.checkVisibility({ visibilityProperty: true }) &&
      element.closest('[inert], [aria-hidden=true]') === null &&
      !(element instanceof HTMLInputElement && element.type === 'hidden');
    const isDisabled = (element: Element) => element.matches(':disabled, [data-disabled]');
    const controls = () => [...scope().querySelectorAll<HTMLElement>(CONTROLS)].filter(isShown);
    const nameOf = (element: Element) => {
      const words =
        element.getAttribute('aria-label') ??
        (element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : null) ??
        element.textContent ??
        '';
      const role = element.getAttribute('role') ?? element.tagName.toLowerCase();
      return `${role} “${words.trim().replaceAll(/\s+/g, ' ').slice(0, 60)}”`;
    };

    /** What is drawn for a control: a checkbox of its own look is seen and hit by its label. */
    const faceOf = (element: HTMLElement): HTMLElement => {
      const { width, height } = element.getBoundingClientRect();
      const isHidden = width < 2 || height < 2 || getComputedStyle(element).opacity === '0';
      if (!isHidden || !(element instanceof HTMLInputElement)) return element;
      return element.labels?.[0] ?? element.parentElement ?? element;
    };
    /** True where a press at this point comes to the control. */
    const isHit = (element: HTMLElement, x: number, y: number) => {
      const hit = document.elementFromPoint(x, y);
      if (!hit) return false;
      const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])] : [];
      return [element, faceOf(element), ...labels].some((part) => part.contains(hit));
    };

    /** Part of a sentence: as high as its line, and no higher. */
    const isInText = (element: Element) => {
      const parent = element.parentElement;
      if (!parent || !getComputedStyle(element).display.startsWith('inline')) return false;
      return [...parent.childNodes].some(
        (node) => node.nodeType === 3 && (node.textContent ?? '').trim() !== '',
      );
    };
    const hitRect = (element: HTMLElement): DOMRect => {
      const own = faceOf(element).getBoundingClientRect();
      const label =
        element instanceof HTMLInputElement ? element.labels?.[0]?.getBoundingClientRect() : undefined;
      if (!label || label.width === 0) return own;
      const left = Math.min(own.left, label.left);
      const top = Math.min(own.top, label.top);
      return new DOMRect(
        left,
        top,
        Math.max(own.right, label.right) - left,
        Math.max(own.bottom, label.bottom) - top,
      );
    };
    const scrollerOf = (element: Element) => {
      for (let at = element.parentElement; at; at = at.parentElement)
        if (/auto|scroll/.test(getComputedStyle(at).overflowY)) return at;
      return document.documentElement;
    };
    /** Stays where it is while what is around it is scrolled. */
    const isPinned = (element: Element) => {
      const end = scrollerOf(element);
      for (let at: Element | null = element; at && at !== end; at = at.parentElement)
        if (getComputedStyle(at).position === 'sticky') return true;
      return false;
    };
    const distance = (x: number, y: number, rect: DOMRect) =>
      Math.hypot(Math.max(rect.left - x, 0, x - rect.right), Math.max(rect.top - y, 0, y - rect.bottom));
    const smallTargets = (all: readonly HTMLElement[]) => {
      const targets = all
        .filter(
          (element) =>
            !element.matches(
              '[tabindex="0"]:not(a, button, input, select, textarea, summary, [role=option], [role=tab])',
            ),
        )
        .map((element) => ({ element, rect: hitRect(element) }))
        .filter(({ rect }) => rect.width > 0 && rect.height > 0);
      const isSmall = ({ rect }: { rect: DOMRect }) =>
        rect.width < MIN_TARGET - 0.5 || rect.height < MIN_TARGET - 0.5;
      return targets.filter(isSmall).flatMap(({ element, rect }) => {
        if (isInText(element)) return [];
        const x = rect.left + rect.width / 2;
        const y = rect.top + rect.height / 2;
        const near = targets.find(
          (other) =>
            other.element !== element &&
            !other.element.contains(element) &&
            // What is scrolled out of a pane is behind its neighbours, not beside them.
            scrollerOf(other.element) === scrollerOf(element) &&
            (distance(x, y, other.rect) < MIN_TARGET / 2 - 0.5 ||
              (isSmall(other) &&
                Math.hypot(
                  other.rect.left + other.rect.width / 2 - x,
                  other.rect.top + other.rect.height / 2 - y,
                ) <
                  MIN_TARGET - 0.5)),
        );
        return near === undefined
          ? []
          : [
              `2.5.8 ${nameOf(element)} is ${Math.round(rect.width)}×${Math.round(rect.height)}, beside ${nameOf(near.element)}`,
            ];
      });
    };

    const layout = () => {
      const found: string[] = [];
      for (const pane of [document.documentElement, document.querySelector('main')])
        if (pane && pane.scrollWidth > pane.clientWidth + 1)
          found.push(`1.4.10 ${pane.tagName} is ${pane.scrollWidth - pane.clientWidth} px too wide`);
      const all = controls();
      found.push(...smallTargets(all.filter((element) => !isDisabled(element))));
      for (const element of all) {
        if (element.matches('.skip, a[href="#page"]')) continue;
        const face = faceOf(element);
        face.scrollIntoView({ block: 'center', inline: 'center' });
        const rect = face.getBoundingClientRect();
        const x = rect.left + rect.width / 2;
        // Of what is higher than its pane, the part that is in it.
        const y = Math.min(rect.top + rect.height / 2, innerHeight - 1);
        const isPane =
          element.matches('[tabindex="0"]:not(a, button, input, [role])') || rect.height > innerHeight / 2;
        if (!isPane && !isDisabled(element) && !isHit(element, x, y)) {
          const hit = document.elementFromPoint(x, y);
          found.push(
            `1.4.10 ${nameOf(element)} at ${Math.round(x)},${Math.round(y)} is under ${hit ? nameOf(hit) : 'nothing'}`,
          );
        }
        if (element.matches('button, [role=tab]') && element.scrollWidth > element.clientWidth + 1) {
          if (
            getComputedStyle(element).overflowX !== 'visible' &&
            element.querySelector('[data-foreign-text]') === null
          )
            found.push(`1.4.10 ${nameOf(element)} is cut by ${element.scrollWidth - element.clientWidth} px`);
        }
      }
      for (const element of scope().querySelectorAll('[draggable=true], [style*="resize"]'))
        found.push(`2.5.7 ${nameOf(element)} is dragged`);
      return found;
    };

    let visited: HTMLElement[] = [];
    let last: { element: HTMLElement; look: string } | null = null;
    const lookOf = (element: HTMLElement) => {
      const around = [
        element,
        element.parentElement,
        element.nextElementSibling,
        element.previousElementSibling,
        element.closest('label'),
        element.closest('[data-row], li, tr'),
      ];
      return around
        .map((part) => {
          if (!part) return '';
          const style = getComputedStyle(part);
          const outline =
            style.outlineStyle === 'none'
              ? ''
              : `${style.outlineWidth} ${style.outlineColor} ${style.outlineOffset}`;
          return [outline, style.boxShadow, style.borderColor, style.backgroundColor].join();
        })
        .join('|');
    };
    const isObscured = (element: HTMLElement) => {
      const rect = faceOf(element).getBoundingClientRect();
      const left = Math.max(rect.left, 0) + 2;
      const right = Math.min(rect.right, innerWidth) - 2;
      const top = Math.max(rect.top, 0) + 2;
      const bottom = Math.min(rect.bottom, innerHeight) - 2;
      const xs = [left, (left + right) / 2, right];
      const ys = [top, (top + bottom) / 2, bottom];
      return !xs.some((x) => ys.some((y) => isHit(element, x, y)));
    };

    const start = () => {
      visited = [];
      last = null;
      const { body } = document;
      if (scope() !== body) return;
      body.tabIndex = -1;
      body.focus();
      body.removeAttribute('tabindex');
    };
    const stop = () => {
      const element = document.activeElement;
      for (const animation of document.getAnimations())
        if (animation instanceof CSSTransition) animation.finish();
      const findings: string[] = [];
      if (last && last.element.isConnected && last.element !== element && lookOf(last.element) === last.look)
        findings.push(`2.4.7 ${nameOf(last.element)} looks the same with and without the focus`);
      last = null;
      if (!(element instanceof HTMLElement) || element === document.body)
        return { label: 'nothing', findings, isOver: true };
      if (visited.includes(element)) return { label: nameOf(element), findings, isOver: true };
      visited.push(element);
      last = { element, look: lookOf(element) };
      if (isObscured(element)) findings.push(`2.4.11 ${nameOf(element)} has the focus and is covered`);
      if (element.tabIndex > 0) findings.push(`2.4.3 ${nameOf(element)} has its own place in the order`);
      return { label: nameOf(element), findings, isOver: false };
    };

    const unreached = () =>
      controls()
        .filter((element) => !isDisabled(element) && !visited.includes(element))
        .filter((element) => {
          if (element instanceof HTMLInputElement && element.type === 'radio')
            return !visited.some((seen) => seen instanceof HTMLInputElement && seen.name === element.name);
          const composite = element.closest(COMPOSITES);
          return !(composite && visited.some((seen) => composite.contains(seen)));
        })
        .map((element) => `2.1.1 ${nameOf(element)} is not reached by Tab`);
    const mouseOnly = () =>
      [...scope().querySelectorAll<HTMLElement>('*')]
        .filter((element) => isShown(element) && getComputedStyle(element).cursor === 'pointer')
        .filter((element) => element.closest(`${CONTROLS}, label`) === null)
        .filter((element) => element.querySelector(`${CONTROLS}, label`) === null)
        .map((element) => `2.1.1 ${nameOf(element)} looks as if only a mouse pressed it`);
    const jumps = () => {
      const [first] = controls().filter((element) => visited.includes(element));
      return visited.flatMap((element, index) => {
        const next = visited[index + 1];
        if (!next?.isConnected || !element.isConnected) return [];
        // A dialog begins at what it asks for, and comes to its beginning at the end.
        if (scope() !== document.body && next === first) return [];
        const found: string[] = [];
        if ((element.compareDocumentPosition(next) & Node.DOCUMENT_POSITION_PRECEDING) !== 0)
          found.push(`2.4.3 after ${nameOf(element)} comes ${nameOf(next)}, which stands before it`);
        const from = hitRect(element);
        const to = hitRect(next);
        const isAbove = to.bottom <= from.top && to.left < from.right;
        const isLeft =
          Math.min(from.bottom, to.bottom) - Math.max(from.top, to.top) > from.height / 2 &&
          to.right <= from.left;
        const isOnePane = scrollerOf(element) === scrollerOf(next) && isPinned(element) === isPinned(next);
        if (isOnePane && (isAbove || isLeft))
          found.push(`2.4.3 ${nameOf(next)} is seen before ${nameOf(element)} and reached after it`);
        return found;
      });
    };
    const finish = () => [...unreached(), ...mouseOnly(), ...jumps()];

    globalThis.probe = { layout, start, stop, finish };
  });
}

/** Most presses of Tab that a page may take; that of the shortcuts has two stops for each of more than a hundred. */
const MAX_STOPS = 350;

/** Goes once round a page by Tab; what it finds is told by its criterion. */
export async function walkByTab(window: Page): Promise<readonly string[]> {
  await installProbe(window);
  await window.evaluate(() => globalThis.probe.start());
  const findings: string[] = [];
  for (let presses = 0; presses < MAX_STOPS; presses += 1) {
    await window.keyboard.press('Tab');
    const stop = await window.evaluate(() => globalThis.probe.stop());
    findings.push(...stop.findings);
    if (stop.isOver) return [...findings, ...(await window.evaluate(() => globalThis.probe.finish()))];
  }
  return [...findings, `2.1.2 Tab does not come round within ${MAX_STOPS} presses`];
}

/** What is cut off, covered, out of reach, or too small, in the size that the window has. */
export async function measureLayout(window: Page): Promise<readonly string[]> {
  await installProbe(window);
  return window.evaluate(() => globalThis.probe.layout());
}
