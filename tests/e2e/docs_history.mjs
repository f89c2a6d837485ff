/** Versions of weeks for the pictures, made in a minute: each at a time that libfaketime tells. */

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { binary } from './desktop.mjs';

const LIBRARY = process.env.LIBFAKETIME ?? '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';
const cli = join(dirname(binary), 'undercroft');

/** How many days ago, and at what times something changed. */
const DAYS = /** @type {[number, string[]][]} */ ([
  [47, ['09:12', '11:40', '16:05']],
  [46, ['10:20', '10:52']],
  [44, ['14:31']],
  [40, ['09:03', '09:41', '13:15', '15:58', '17:20']],
  [39, ['11:11', '12:24']],
  [33, ['08:55', '10:02', '16:44']],
  [32, ['13:37']],
  [28, ['09:26', '11:18']],
  [26, ['10:10', '10:48', '14:02', '18:29']],
  [25, ['12:00']],
  [19, ['09:33', '15:21']],
  [18, ['11:45', '13:08', '17:52']],
  [12, ['10:37']],
  [11, ['08:48', '09:20', '11:02', '14:26', '16:13', '19:05']],
  [5, ['09:15', '13:50']],
  [4, ['10:05', '10:41', '15:32']],
  [1, ['09:08', '11:27', '14:55']],
]);
const SAID = new Map([
  ['44 14:31', 'Tiles load by themselves'],
  ['26 18:29', 'The scale bar is right at last'],
  ['11 19:05', 'As shown to the surveyors'],
]);

/** @param {number} step */
const map = (step) => `//! The map: tiles, and the ruler that lies on it.

use crate::tile::{Tile, TileId};

/// How far one can zoom in.
pub const DEEPEST: u8 = ${14 + Math.floor(step / 9)};

pub struct Map {
    tiles: Vec<Tile>,
    zoom: u8,
}

impl Map {
    /// Opens the map at a zoom that shows ${step < 42 ? 'a whole country' : 'the whole valley'}.
    pub fn open(tiles: Vec<Tile>) -> Self {
        Self { tiles, zoom: ${4 + (step % 5)} }
    }

    /// The metres that a pixel stands for at this latitude.
    pub fn metres_per_pixel(&self, latitude: f64) -> f64 {
        let equator = ${step < 41 ? '40_075_000.0' : '40_075_016.686'};
        equator * latitude${step < 41 ? '' : '.to_radians()'}.cos() / f64::from(1 << (self.zoom + 8))
    }

    pub fn tile(&self, id: TileId) -> Option<&Tile> {
        self.tiles.iter().find(|tile| tile.id == id)
    }${step < 43 ? '' : `

    /// Forgets the tiles that lie outside what is seen.
    pub fn trim(&mut self, seen: &[TileId]) {
        self.tiles.retain(|tile| seen.contains(&tile.id));
    }`}
}
`;

/** Adds a project. @param {string} library @param {string} folder @param {string[]} tags */
export function add(library, folder, tags) {
  run(library, ['project', 'add', folder, ...tags.flatMap((tag) => ['--tag', tag])]);
}

/** Makes the first version of a project. @param {string} library @param {string} name */
export function keepVersions(library, name) {
  run(library, ['history', 'start', name]);
}

/** Works on the project "atlas" for some weeks. @param {string} library @param {string} folder */
export async function workForWeeks(library, folder) {
  if (!existsSync(LIBRARY)) throw new Error(`${LIBRARY} is not there: install libfaketime, or name it in LIBFAKETIME`);
  run(library, ['history', 'start', 'atlas'], moment(48, '17:30'));
  let step = 0;
  for (const [ago, times] of DAYS) {
    for (const time of times) {
      work(folder, (step += 1), new Date(moment(ago, time)));
      const message = SAID.get(`${ago} ${time}`);
      if (message) run(library, ['version', 'save', 'atlas', '--message', message], moment(ago, time));
      else await noticed(environment(library, moment(ago, time)));
    }
  }
  const shown = run(library, ['version', 'list', 'atlas']).split('\n').find((line) => line.includes('surveyors'))?.split(' ')[0];
  if (shown) run(library, ['version', 'mark', shown, '--name', 'surveyors', '--pin']);
}

/** Changes some files, as of a time. @param {string} folder @param {number} step @param {Date} time */
function work(folder, step, time) {
  const write = (/** @type {string} */ name, /** @type {string} */ content) => {
    writeFileSync(join(folder, name), content);
    utimesSync(join(folder, name), time, time);
  };
  write('src/map.rs', map(step));
  if (step % 3 === 0) write('src/tile.rs', `pub struct TileId(pub u64);\n\n/// Round ${step}.\npub struct Tile {\n    pub id: TileId,\n}\n`);
  if (step % 4 === 0) write(`data/survey-${step}.csv`, survey(step));
  if (step % 7 === 0) write('NOTES.md', `${step > 7 ? readFileSync(join(folder, 'NOTES.md'), 'utf8') : '# Notes\n\n'}- Round ${step}\n`);
  if (step === 38) rmSync(join(folder, 'data/survey-36.csv'));
}

/** Heights along a slope, as a table. @param {number} step */
function survey(step) {
  const rows = Array.from({ length: 200 + step }, (_, n) => [n * 5, step * 25, 812 + ((n * 7 + step) % 23)].join());
  return `x,y,height\n${rows.join('\n')}\n`;
}

/** Waits until the change became a version by itself. @param {NodeJS.ProcessEnv} env */
async function noticed(env) {
  const watch = spawn(cli, ['history', 'watch'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise((done) => createInterface({ input: watch.stdout }).once('line', done));
  watch.kill('SIGTERM');
  await new Promise((done) => watch.once('exit', done));
}

/** Runs the program, at a time. @param {string} library @param {string[]} words @param {string} [now] */
export function run(library, words, now) {
  const options = { env: environment(library, now), encoding: /** @type {const} */ ('utf8') };
  return execFileSync(cli, words, options);
}

/** @param {string} library @param {string} [now] */
function environment(library, now) {
  const told = { LD_PRELOAD: LIBRARY, FAKETIME: `@${now}`, DONT_FAKE_MONOTONIC: '1', NO_FAKE_STAT: '1' };
  const author = { HOME: '/home/ada', PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: '1' };
  return { ...author, UNDERCROFT_HOME: library, ...(now ? told : {}) };
}

/** A time of a day so many days ago. @param {number} ago @param {string} time */
export function moment(ago, time) {
  const day = new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
  return `${day} ${time}:00`;
}
