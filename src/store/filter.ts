import { type Fields, isScalar, type Scalar } from './index-keys.ts';
import { mingo } from './mingo.ts';
import { compareValues } from './order.ts';

/** A filter as the engine sees it: fields with what they have to be, and `$or` and the like. */
export interface FilterDoc {
  [field: string]: unknown;
}

type Test = (doc: Fields) => boolean;
type ValueTest = (value: unknown) => boolean;

/**
 * Compiles a filter. Tests of top-level fields against scalars are ours, since they are nearly all that runs and
 * compiling a `mingo` query costs about 10 µs; everything else is mingo's, and so is a field that turns out to hold an
 * object or an array. `test/store/filter.test.ts` holds the two against each other.
 *
 * @throws TypeError for an undefined value: the MongoDB driver would drop the field and match more than was meant.
 */
export function compileFilter(filter: FilterDoc): Test {
  const tests: Test[] = [];
  for (const field in filter) {
    const condition = filter[field];
    refuseUndefined(field, condition);
    if (field === '$and' || field === '$or') tests.push(logical(field, condition));
    else tests.push(fieldTest(field, condition) ?? byMingo({ [field]: condition }));
  }
  const [first, second] = tests;
  if (first === undefined) return () => true;
  if (second === undefined) return first;
  if (tests.length === 2) return (doc) => first(doc) && second(doc);
  return (doc) => tests.every((test) => test(doc));
}

function logical(operator: '$and' | '$or', conditions: unknown): Test {
  if (!Array.isArray(conditions) || conditions.length === 0)
    throw new TypeError(`${operator} takes filters.`);
  const tests: Test[] = conditions.map(compileFilter);
  return operator === '$and'
    ? (doc) => tests.every((test) => test(doc))
    : (doc) => tests.some((test) => test(doc));
}

function fieldTest(field: string, condition: unknown): Test | null {
  if (field.startsWith('$') || field.includes('.')) return null;
  const test = valueTest(condition);
  if (test === null) return null;
  let fallback: Test | undefined;
  return (doc) => {
    const value = doc[field];
    if (typeof value !== 'object' || value === null) return test(value);
    fallback ??= byMingo({ [field]: condition });
    return fallback(doc);
  };
}

/** A test of a scalar or missing value, or null when the condition is not one of the plain ones. */
function valueTest(condition: unknown): ValueTest | null {
  if (isScalar(condition)) return equals(condition);
  const operators = operatorsOf(condition);
  if (operators === null) return null;
  const tests: ValueTest[] = [];
  for (const [operator, operand] of operators) {
    const test = operatorTest(operator, operand);
    if (test === null) return null;
    tests.push(test);
  }
  const [first, second] = tests;
  if (first !== undefined && second === undefined) return first;
  return (value) => tests.every((test) => test(value));
}

function operatorTest(operator: string, operand: unknown): ValueTest | null {
  switch (operator) {
    case '$eq':
      return isScalar(operand) ? equals(operand) : null;
    case '$ne':
      return isScalar(operand) ? not(equals(operand)) : null;
    case '$in':
      return areScalars(operand) ? oneOf(operand) : null;
    case '$nin':
      return areScalars(operand) ? not(oneOf(operand)) : null;
    case '$exists':
      return typeof operand === 'boolean' ? (value) => (value !== undefined) === operand : null;
  }
  // Comparisons hold between values of one type only.
  if (typeof operand !== 'number' && typeof operand !== 'string') return null;
  const type = typeof operand;
  switch (operator) {
    case '$gt':
      return (value) => typeof value === type && compareValues(value, operand) > 0;
    case '$gte':
      return (value) => typeof value === type && compareValues(value, operand) >= 0;
    case '$lt':
      return (value) => typeof value === type && compareValues(value, operand) < 0;
    case '$lte':
      return (value) => typeof value === type && compareValues(value, operand) <= 0;
    default:
      return null;
  }
}

function equals(operand: Scalar): ValueTest {
  return operand === null ? (value) => value === null || value === undefined : (value) => value === operand;
}

function oneOf(operands: Scalar[]): ValueTest {
  const set = new Set<unknown>(operands);
  if (set.has(null)) set.add(undefined);
  return (value) => set.has(value);
}

function not(test: ValueTest): ValueTest {
  return (value) => !test(value);
}

export function areScalars(value: unknown): value is Scalar[] {
  return Array.isArray(value) && value.every(isScalar);
}

/** The operators of a condition such as `{ $gt: 1, $lt: 5 }`, or null when it is a value to be equal to. */
export function operatorsOf(condition: unknown): [string, unknown][] | null {
  if (typeof condition !== 'object' || condition === null || Array.isArray(condition)) return null;
  const entries = Object.entries(condition);
  return entries.length > 0 && entries.every(([name]) => name.startsWith('$')) ? entries : null;
}

function byMingo(filter: FilterDoc): Test {
  const { Query } = mingo();
  const query = new Query(filter);
  return (doc) => query.test(doc);
}

function refuseUndefined(field: string, condition: unknown): void {
  if (condition === undefined || operatorsOf(condition)?.some(([, operand]) => operand === undefined)) {
    throw new TypeError(`The filter's value for ${field} is undefined.`);
  }
}
