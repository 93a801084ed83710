import assert from 'node:assert/strict';
import { escapeHtml } from '../../domain/html.ts';

describe('text in a page', () => {
  it('can close neither a tag nor an attribute, and is read as it was written', () => {
    assert.equal(
      escapeHtml(`</p><img src="x" onerror='a&b'>&amp;`),
      '&lt;/p&gt;&lt;img src=&quot;x&quot; onerror=&#39;a&amp;b&#39;&gt;&amp;amp;',
    );
    assert.equal(escapeHtml('Zeile „2“ 👩‍💻\n'), 'Zeile „2“ 👩‍💻\n');
  });
});
