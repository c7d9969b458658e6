import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import { isFree, licensed } from '../scripts/licences.ts';
import { createMetrics } from '../src/metrics.ts';
import { aQueue } from './support/queues.ts';
import { temporaryEmbeddedStore } from './support/stores.ts';

const read = (name: string) => readFileSync(new URL(`../ops/${name}`, import.meta.url), 'utf8');

interface Panel {
  id: number;
  type: string;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { expr: string }[];
}

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; description: string };
}

const dashboard: { panels: Panel[] } = JSON.parse(read('grafana-dashboard.json'));
const rules: Rule[] = parse(read('prometheus-alerts.yml')).groups.flatMap(
  ({ rules }: { rules: Rule[] }) => rules,
);
const queries = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

describe('what is there for operations', () => {
  /** As Prometheus sees them: a histogram is three. */
  let exposed: Set<string>;
  /** By metric, the names of its labels. */
  let labels: Map<string, Set<string>>;

  before(async () => {
    const { store, dispose } = await temporaryEmbeddedStore();
    try {
      await store.queues.insertOne(aQueue('support', { levelSeconds: 60 }));
      const metrics = createMetrics({ store, now: Date.now });
      metrics.callback('inbound');
      metrics.turn('message', 'answered', 1);
      metrics.send('sent', 1);
      metrics.untaken();
      metrics.missingText('es');
      metrics.paused('default', true);
      metrics.muted();
      metrics.delivery('delivered');
      await store.webhooks.insertOne({
        _id: 'w',
        url: 'https://example.com',
        events: null,
        secret: '',
        on: true,
        includeTexts: false,
        createdAt: 0,
        changedAt: 0,
      });
      exposed = new Set();
      labels = new Map();
      for (const line of (await metrics.text()).split('\n')) {
        const [, name = '', given = ''] = /^(switchboard_\w+)(?:\{(.*)\})? /.exec(line) ?? [];
        if (name === '') continue;
        exposed.add(name);
        labels.set(name, new Set([...given.matchAll(/(\w+)="/g)].map(([, label]) => label ?? '')));
      }
    } finally {
      await dispose();
    }
  });

  const named = (expr: string) => [...expr.matchAll(/switchboard_\w+/g)].map(([name]) => name);

  it('asks for metrics that there are', () => {
    expect(queries).to.have.length.above(15);
    for (const expr of [...queries, ...rules.map((rule) => rule.expr)]) {
      for (const name of named(expr)) expect(exposed.has(name), `${name} in ${expr}`).to.equal(true);
    }
  });

  it('asks for labels that these metrics have', () => {
    for (const expr of [...queries, ...rules.map((rule) => rule.expr)]) {
      const known = new Set([
        ...named(expr).flatMap((name) => [...(labels.get(name) ?? [])]),
        'le',
        'instance',
      ]);
      const asked = [
        ...[...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(',')),
        ...[...expr.matchAll(/\{([^}]*)\}/g)].flatMap(([, list = '']) =>
          [...list.matchAll(/(\w+)\s*=/g)].map(([, label = '']) => label),
        ),
      ];
      for (const label of asked) expect(known.has(label.trim()), `${label} in ${expr}`).to.equal(true);
    }
  });

  it('shows every metric on the dashboard', () => {
    const shown = queries.flatMap(named).map((name) => name.replace(/_(bucket|sum|count)$/, ''));
    const all = [...exposed].map((name) => name.replace(/_(bucket|sum|count)$/, ''));
    expect(new Set(all)).to.deep.equal(new Set(shown));
  });

  it('has a dashboard whose panels have their own ids and places', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).to.equal(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, n) => `${x + (n % w)},${y + Math.floor(n / w)}`),
    );
    expect(new Set(cells).size).to.equal(cells.length);
    for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).to.be.at.most(24);
  });

  it('says at each alert what it means and what to do, and how urgent it is', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).to.equal(rules.length);
    for (const { alert, expr, labels: given, annotations } of rules) {
      expect(['page', 'ticket'], alert).to.include(given.severity);
      expect(annotations.summary, alert).to.be.a('string');
      expect(annotations.description, alert).to.be.a('string');
      for (const [open, close] of ['()', '{}', '[]']) {
        expect(expr.split(open!).length, `${alert}: ${open}`).to.equal(expr.split(close!).length);
      }
    }
    const page = readFileSync(new URL('../docs/operations.md', import.meta.url), 'utf8');
    for (const { alert } of rules) expect(page, alert).to.include(`\`${alert}\``);
  });

  it('comes with nothing whose licence asks for more than to be named', () => {
    const all = licensed();
    expect(all.map(({ name }) => name)).to.include.members(['restify', 'lmdb', 'mongodb']);
    expect(all.filter(({ licence }) => !isFree(licence))).to.deep.equal([]);
    expect(isFree('(AFL-2.1 OR BSD-3-Clause)')).to.equal(true);
    for (const licence of ['GPL-3.0', 'MIT AND GPL-3.0', '', 'SEE LICENSE IN x']) {
      expect(isFree(licence), licence).to.equal(false);
    }
  });
});
