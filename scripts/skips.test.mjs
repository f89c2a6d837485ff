import assert from 'node:assert/strict';
import test from 'node:test';
import { isExpected, skipsIn } from './skips.mjs';

test('a skip is told once, whichever process of a test told it', () => {
  assert.deepEqual(skipsIn('b: no FUSE can be mounted\na: no tmpfs\na: no tmpfs\n'), ['a: no tmpfs', 'b: no FUSE can be mounted']);
  assert.deepEqual(skipsIn(''), []);
});

test('only what a container refuses is expected', () => {
  assert.ok(isExpected('full::a_full_disk: no tmpfs can be mounted (Ok(ExitStatus(8192)))'));
  assert.ok(!isExpected('git::another_user: only root can give a folder away'));
  assert.ok(!isExpected('step clippy: cargo clippy is not installed'));
});
