/** What can be wrong with dialogs and their texts. Codes are stable: programs and people refer to them. */
export interface Rule {
  /** An `error` never goes live; of a `warning` only the lint tells. */
  severity: 'error' | 'warning';
  /** What is wrong, as a sentence. */
  meaning: string;
  remedy: string;
}

function error(meaning: string, remedy: string): Rule {
  return { severity: 'error', meaning, remedy };
}

function warning(meaning: string, remedy: string): Rule {
  return { severity: 'warning', meaning, remedy };
}

const rules = {
  // The form of a dialog file.
  yaml: error('The file is no YAML, or uses a part of YAML that dialogs do not take.', 'Mend the line.'),
  form: error('A field is missing, or holds what it cannot hold.', 'See the table of the step’s fields.'),
  unknown_field: error('A map has a field that there is not.', 'Write the nearest name, or remove it.'),
  unknown_kind: error('A step has no known kind, or two.', 'Give it one of the kinds of step.'),
  duplicate_id: error('Two steps of a dialog, or two dialogs, have the same id.', 'Rename one of them.'),
  reserved_name: error('A name is taken by the language or the service.', 'Use another name.'),
  trigger: error(
    'No dialog has the trigger start, or two have start or fallback.',
    'Leave it to one dialog.',
  ),
  move: error('A move leads nowhere, or away from a step that is still there.', 'Name a step, or remove it.'),
  untaken_step: error(
    'A step that waits for an answer stands where none can come.',
    'Use another kind there.',
  ),
  // Where steps lead.
  unknown_step: error('A step leads to an id that no step of the dialog has.', 'Write the nearest id.'),
  unknown_dialog: error(
    'A call names a dialog that there is not.',
    'Write the nearest id, or add the dialog.',
  ),
  unknown_action: error('An action is none of the program.', 'Write the nearest name, or pass the function.'),
  call_circle: error('A dialog calls one that calls it.', 'Let the called dialog run out of steps.'),
  endless_loop: error('Steps lead round in a circle for ever.', 'Ask something, or lead out of the circle.'),
  long_turn: error(
    'A turn may run more steps than the bot runs without an answer of the customer.',
    'Ask something in between, or do with fewer steps.',
  ),
  loop_without_input: warning(
    'Steps lead round in a circle without an answer of the customer, until some condition ends it.',
    'Ask something in the circle, or make sure that the condition ends it within a few rounds.',
  ),
  unreachable: warning('Nothing leads to a step, or begins a dialog.', 'Lead to it, or remove it.'),
  no_closed_branch: warning(
    'A handoff leaves it to its queue what a customer is told while it is closed.',
    'Say in on.closed what happens then.',
  ),
  no_way_out: warning(
    'From a question no answer leads to the end of the dialog, to a person or to an end.',
    'Give one of the answers a way out.',
  ),
  // Expressions and variables.
  expression: error('An expression is no valid CEL.', 'See the section on expressions.'),
  unknown_variable: error('A name is used that nothing sets.', 'Write the nearest name, or set it.'),
  unknown_function: error('An expression calls a function that there is not.', 'Write the nearest name.'),
  never_set: warning('A field is read that nothing sets.', 'Write the nearest name, or set it.'),
  read_too_early: warning('A variable is read where nothing has set it yet.', 'Set it before.'),
  expression_type: error('An operator or a function cannot take these types.', 'Convert one of them.'),
  type_mismatch: warning(
    'An operator or a function cannot take what the variables of an expression hold.',
    'Convert one of them.',
  ),
  pattern: error(
    'A regular expression cannot be read, or takes very long for some texts.',
    'Mend it, or give what repeats a limit.',
  ),
  secret: error(
    'A sensitive answer would be kept, or sent back to the customer.',
    'Keep it in a variable of the dialog or the session, and name it in no text.',
  ),
  // Texts.
  json: error('A locale file is no JSON, or has a key twice.', 'Mend the line.'),
  locale_form: error('A locale file has something else than texts, lists of words and maps.', 'Mend it.'),
  language: error('A language has no texts where it must have some.', 'Add the file or the folder.'),
  missing_text: error('A language lacks a text.', 'Add it.'),
  text_form: error('A list stands for a text, or a text for a list.', 'Write the other form.'),
  plural: error('A text has plural forms, but nothing sets the count.', 'Set the variable count before.'),
  placeholders: error('A text names other values than in the default language.', 'Name the same values.'),
  plural_form: error('A text lacks a plural form that counts take in its language.', 'Add it.'),
  format: error(
    'A value in a text has a format that there is not, or with options that there are not.',
    'Write a format of the section on texts.',
  ),
  unknown_list: error(
    'Nothing uses a list of words of system.json.',
    'Write the nearest name, or remove it.',
  ),
  gsm: warning(
    'A text costs more because of characters that GSM-7 lacks, and others would do.',
    'Write the characters that are offered.',
  ),
  over_one_segment: warning('A text takes more than one segment, and each is billed.', 'Shorten it.'),
  over_limit: warning('A text is longer than a message, and leaves as several.', 'Make several texts of it.'),
  unused_text: warning('Nothing uses a text.', 'Remove it, or name it as the step does that needs it.'),
  // Words.
  twice_meant: error('A word means two things.', 'Keep it in one of the two lists.'),
  same_option: error('Two options have a label, a word or a value in common.', 'Give them different ones.'),
  alike_options: warning(
    'Two options of a choice are one letter apart.',
    'Give them words that nobody takes for each other.',
  ),
  stop_word: warning(
    'A keyword or an option is a word that stops all texts, so no dialog ever hears it.',
    'Use another word.',
  ),
  word_collision: warning(
    'A word means one thing in one language and another in another.',
    'Keep it in one of them, or use a longer word.',
  ),
} as const satisfies Record<string, Rule>;

export type RuleCode = keyof typeof rules;

export const RULES: Record<RuleCode, Rule> = rules;
