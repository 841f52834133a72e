import { element, post } from './dom.js';

/** Opens a modal before the person it is meant for. What they enter is sent as Slack sends it. `closed` is called at its end. */
export function showModal({ id, user, view }, closed) {
  const fields = view.blocks.filter(({ type }) => type === 'input').map(field);
  const refused = element('p', { class: 'refused', role: 'alert' });
  const form = element(
    'form',
    { on: { submit } },
    element('h2', {}, view.title.text),
    ...fields.map(({ drawn }) => drawn),
    refused,
    element(
      'div',
      { class: 'actions' },
      element(
        'button',
        { class: 'button', type: 'button', on: { click: () => dialog.close() } },
        view.close.text,
      ),
      element('button', { class: 'button primary', type: 'submit' }, view.submit.text),
    ),
  );
  const end = () => {
    dialog.remove();
    closed();
  };
  const dialog = element(
    'dialog',
    { class: 'modal', 'aria-label': view.title.text, on: { close: end } },
    form,
  );
  document.body.append(dialog);
  dialog.showModal();

  async function submit(event) {
    event.preventDefault();
    const entered = Object.fromEntries(fields.map(({ name, read }) => [name, read()]));
    try {
      const { status, errors = {} } = await post('/playground/submit', { user, modal: id, entered });
      if (status !== 200) throw new Error('Baton did not answer in time, so nothing is promised.');
      for (const { name, refuse } of fields) refuse(errors[name] ?? '');
      if (Object.keys(errors).length === 0) dialog.close();
    } catch (error) {
      refused.textContent = error.message;
    }
  }
}

/** One input block: how it is drawn, what was entered in it, and where what is wrong with it stands. */
function field({ block_id: name, label, element: described, optional }) {
  const id = `field-${name}`;
  const { control, read } = CONTROLS[described.type](described, {
    id,
    label: label.text,
    required: !optional,
  });
  const wrong = element('p', { class: 'refused', role: 'alert' });
  const words = [label.text, optional && element('small', {}, ' (optional)')];
  return {
    name,
    read,
    refuse: (message) => {
      wrong.textContent = message;
    },
    drawn: element('div', { class: 'field' }, element('label', { for: id }, ...words), control, wrong),
  };
}

const CONTROLS = {
  plain_text_input: ({ placeholder, max_length: maxlength }, { id, required }) => {
    const text = { id, type: 'text', placeholder: placeholder?.text, maxlength, required };
    const control = element('input', { ...text, autocomplete: 'off', spellcheck: 'false' });
    return { control, read: () => [control.value] };
  },
  static_select: ({ options, initial_option: initial }, { id, required }) => {
    const choices = options.map(({ text, value }) =>
      element('option', { value, selected: value === initial?.value }, text.text),
    );
    const control = element('select', { id, required }, ...choices);
    return { control, read: () => [control.value] };
  },
  checkboxes: ({ options }, { label }) => {
    const boxes = options.map(({ value }) => element('input', { type: 'checkbox', value }));
    const rows = options.map(({ text }, index) =>
      element('label', { class: 'choice' }, boxes[index], text.text),
    );
    const control = element('div', { role: 'group', 'aria-label': label }, ...rows);
    return { control, read: () => boxes.filter(({ checked }) => checked).map(({ value }) => value) };
  },
};
