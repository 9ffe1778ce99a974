/** The same declarations through `require`: a CommonJS reader sees the same face. Compiled, never run. */
import jobfold = require('jobfold');
import inline = require('jobfold/inline');
import slim = require('jobfold/slim');
import type types = require('jobfold/types');

jobfold.initSync();
inline.initSync();
slim.initSync(new Uint8Array(0));
const view = new jobfold.JobsView();
const card: types.JobCard | null = view.card(0);
const error: typeof Error.prototype = jobfold.JobfoldError.prototype;

export = { card, error };
