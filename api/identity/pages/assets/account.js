// The page where people open the links of account mails. The token of a link stays in this script: it is put into no
// address, element, storage or log, and leaves only in the body of a request.

const kinds = {
  verify_email: {
    form: 'confirm',
    title: 'Confirm your e-mail',
    text: 'Type the password of the account to confirm that it and the address to which we sent the mail are yours. If you made no such account, close this page.',
    done: ['Your e-mail is confirmed', 'You can sign in now.'],
    dead: 'If you have confirmed your e-mail before, you can sign in. If not, ask for another mail here.',
    instead: ['resend'],
  },
  reset_password: {
    form: 'choose',
    title: 'Choose a new password',
    text: 'Wherever you are signed in now, you will have to sign in again.',
    done: ['Your password is changed', 'You can sign in with it now.'],
    dead: 'If you have chosen your password already, you can sign in. If not, ask for another mail here.',
    instead: ['forgot'],
  },
  accept_invitation: {
    form: 'choose',
    title: 'Accept your invitation',
    text: 'Choose a password for your account, and you are in.',
    done: ['You are in', 'You can sign in now.'],
    dead: 'If you have accepted before, you can sign in. If not, ask whoever invited you to invite you again.',
    instead: [],
  },
};

const LINK = /^#(verify_email|reset_password|accept_invitation)=([\w-]{20,200})$/;
const LONGEST_WAIT_MS = 30_000;
const SENT = 'It can take a minute: look among the spam too. Only the link in the newest mail works.';

const byId = (id) => document.getElementById(id);
const heading = document.querySelector('h1');
const passwords = [byId('password'), byId('repeated')];
const reveal = (shown) => passwords.forEach((field) => (field.type = shown ? 'text' : 'password'));
let opened; // the link: its kind's entry above and its token

/** Takes the link out of the address at once, so that neither the history nor a look at the screen gives it away. */
function readLink() {
  const [, kind, token] = LINK.exec(location.hash) ?? [];
  if (location.hash !== '') history.replaceState(null, '', location.pathname + location.search);
  opened = kind && { ...kinds[kind], token, path: kind.replace('_', '-') };
  if (opened) return show(opened.title, opened.text, [opened.form]);
  const text = 'Open the link in the mail that we sent you. If you have loaded this page again, open it anew.';
  return show('Your account', text, ['forgot', 'resend']);
}

function show(title, text, formIds) {
  heading.textContent = title;
  byId('intro').textContent = text;
  document.title = `${title} · Tenon`;
  for (const form of document.querySelectorAll('form')) {
    form.hidden = !formIds.includes(form.id);
    form.reset();
    tell(form, '');
  }
  reveal(false); // the reset has cleared its box too
}

function tell(form, text, { good = false, wrong } = {}) {
  const note = form.querySelector('.note');
  note.textContent = text;
  note.classList.toggle('good', good);
  for (const field of form.querySelectorAll('input')) field.setAttribute('aria-invalid', String(field === wrong));
  wrong?.focus();
}

/** @returns undefined when it is done, else what to tell and the code of the error, where there is one */
async function send(path, body) {
  try {
    const response = await fetch(`/api/v1/auth/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      credentials: 'omit',
      redirect: 'error',
      signal: AbortSignal.timeout(LONGEST_WAIT_MS),
    });
    if (response.ok) return undefined; // an accepted invitation is answered with tokens: nobody reads them
    const problem = await response.json().catch(() => undefined);
    return { code: problem?.errorCode, text: explain(response, problem) };
  } catch {
    if (!navigator.onLine) return { text: 'You are offline. Try again as soon as you are connected.' };
    return { text: 'We could not be reached. Check your connection and try again in a minute.' };
  }
}

function explain({ status, headers }, problem) {
  if (!problem?.detail) return 'Something went wrong. Please try again in a minute.';
  const detail = problem.detail.replace(/[^.!?]$/, '$&.');
  const seconds = Number(headers.get('retry-after')) || (status === 429 ? 60 : 0);
  const wait = seconds < 90 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
  if (seconds > 0) return `${detail} You can try again in ${wait}.`;
  return status === 500 ? `${detail} Request id: ${problem.requestId}` : detail;
}

async function openLink(form, password) {
  const link = opened;
  const problem = await send(link.path, { token: link.token, password: password.value });
  if (link !== opened) return; // another link was opened meanwhile
  if (!problem) finish(...link.done, []);
  else if (['LINK_INVALID', 'LINK_EXPIRED'].includes(problem.code))
    finish('This link no longer works', `${problem.text} ${link.dead}`, link.instead);
  else tell(form, problem.text, problem.code?.startsWith('PASSWORD_') ? { wrong: password } : {});
}

function finish(title, text, formIds) {
  opened = undefined;
  show(title, text, formIds);
  heading.focus();
}

/** A second press while the first is on its way does nothing; the button keeps the focus. */
function onSubmit(id, work) {
  const form = byId(id);
  const button = form.querySelector('button');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (button.hasAttribute('aria-disabled')) return;
    button.setAttribute('aria-disabled', 'true');
    tell(form, '');
    void work(form).finally(() => button.removeAttribute('aria-disabled'));
  });
}

async function askForMail(form) {
  const problem = await send(form.dataset.path, { email: form.querySelector('input').value });
  tell(form, problem?.text ?? `${form.dataset.promise} ${SENT}`, { good: !problem });
}

onSubmit('confirm', (form) => openLink(form, byId('own-password')));
onSubmit('choose', async (form) => {
  const [password, repeated] = passwords;
  if (password.value === repeated.value) return openLink(form, password);
  return tell(form, 'The two passwords differ: type the same one twice.', { wrong: repeated });
});
onSubmit('forgot', askForMail);
onSubmit('resend', askForMail);
byId('shown').addEventListener('change', ({ target }) => reveal(target.checked));
addEventListener('hashchange', () => {
  if (location.hash === '') return;
  readLink(); // the next link was opened in this very tab
  heading.focus();
});
readLink();
