'use strict';
(() => {
  document.documentElement.classList.add('js');
  const find = (selector) => document.querySelector(selector);
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const search = find('#search');
  const requirement = find('#requirement');
  const chips = all('.chip');
  const shown = find('#shown');
  const none = find('#none');
  const resets = [find('#reset'), find('#reset-too')];
  const unfold = find('#unfold');
  const passes = find('#passes');

  const items = all('.case, .passes li').map((element) => ({
    element,
    verdict: element.dataset.verdict,
    level: element.dataset.level,
    dialect: element.dataset.dialect,
    requirement: element.dataset.requirement,
    sockets: element.dataset.sockets.split(' '),
    isPass: element.dataset.verdict === 'pass',
    text: null,
  }));
  const total = items.reduce((sum, item) => sum + item.sockets.length, 0);

  // Read when it is first needed: most readers never search.
  const textOf = (item) => {
    item.text ??= item.element.textContent.toLowerCase();
    return item.text;
  };

  const chosen = (name) =>
    chips.filter((chip) => chip.dataset.filter === name && chip.getAttribute('aria-pressed') === 'true')
      .map((chip) => chip.value);

  const apply = () => {
    const verdicts = chosen('verdict');
    const levels = chosen('level');
    const dialects = chosen('dialect');
    const sockets = chosen('socket');
    const wanted = requirement.value;
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const isFiltered =
      verdicts.length + levels.length + dialects.length + sockets.length + words.length > 0 || wanted !== '';
    const takes = (list, value) => list.length === 0 || list.includes(value);
    let count = 0;
    let passed = 0;
    for (const item of items) {
      const results = sockets.length === 0
        ? item.sockets.length
        : item.sockets.filter((socket) => sockets.includes(socket)).length;
      const fits = results > 0
        && takes(verdicts, item.verdict)
        && takes(levels, item.level)
        && takes(dialects, item.dialect)
        && (wanted === '' || item.requirement === wanted)
        && words.every((word) => textOf(item).includes(word));
      item.element.hidden = !fits;
      if (fits) {
        count += results;
        passed += item.isPass ? results : 0;
      }
    }
    for (const group of all('.case-requirement, .case-group, .pass-group')) {
      group.hidden = group.querySelector('.case:not([hidden]), li:not([hidden])') === null;
    }
    if (passes) {
      find('#passed').textContent = passed;
      passes.hidden = passed === 0;
      // Whoever asks for passes alone wants to see them.
      if (isFiltered && passed > 0 && passed === count) passes.open = true;
    }
    // Whoever asks for remarks wants to see them.
    if (isFiltered) all('.remarks').forEach((group) => { group.open = !group.hidden; });
    shown.textContent = isFiltered ? `${count} of ${total} results` : `${total} results`;
    resets.forEach((button) => { button.hidden = !isFiltered; });
    none.hidden = count > 0;
  };

  const reset = () => {
    chips.forEach((chip) => chip.setAttribute('aria-pressed', 'false'));
    requirement.value = '';
    search.value = '';
    apply();
  };

  const press = (chip, isPressed) => chip.setAttribute('aria-pressed', String(isPressed));

  chips.forEach((chip) => chip.addEventListener('click', () => {
    press(chip, chip.getAttribute('aria-pressed') !== 'true');
    apply();
  }));
  search.addEventListener('input', apply);
  requirement.addEventListener('change', apply);
  resets.forEach((button) => button.addEventListener('click', reset));
  find('#tools').addEventListener('submit', (event) => event.preventDefault());

  const toResults = () => find('#tools').scrollIntoView({ block: 'start' });
  all('[data-set-requirement]').forEach((button) => button.addEventListener('click', () => {
    reset();
    requirement.value = button.dataset.setRequirement;
    apply();
    toResults();
  }));
  all('[data-set-level]').forEach((button) => button.addEventListener('click', () => {
    reset();
    chips.filter((chip) => chip.dataset.filter === 'level' && chip.value === button.dataset.setLevel)
      .forEach((chip) => press(chip, true));
    apply();
    toResults();
  }));

  // An example may be filtered out or folded.
  all('.diagnosis a').forEach((link) => link.addEventListener('click', () => {
    reset();
    const example = document.getElementById(link.getAttribute('href').slice(1));
    if (example) example.open = true;
  }));

  unfold.addEventListener('click', () => {
    const open = unfold.textContent === 'Unfold all';
    all('.case').forEach((element) => { element.open = open && !element.hidden; });
    all('.remarks').forEach((element) => { element.open = open; });
    unfold.textContent = open ? 'Fold all' : 'Unfold all';
  });

  document.addEventListener('keydown', (event) => {
    if (event.key === '/' && !event.ctrlKey && !event.metaKey && !event.altKey && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) {
      event.preventDefault();
      search.focus();
    } else if (event.key === 'Escape' && document.activeElement === search) {
      search.value = '';
      apply();
    }
  });

  const copyOld = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    return document.execCommand('copy');
  };
  document.addEventListener('click', async (event) => {
    const button = event.target.closest('.copy');
    if (!button) return;
    const source = button.parentElement.querySelector('code');
    let copied = false;
    try {
      await navigator.clipboard.writeText(source.textContent);
      copied = true;
    } catch {
      // Not allowed here, or not there: as it was done before there was a clipboard for pages.
      copied = copyOld(source);
    }
    button.textContent = copied ? 'Copied' : 'Select and copy';
    setTimeout(() => { button.textContent = 'Copy'; }, 2000);
  });

  apply();
})();
