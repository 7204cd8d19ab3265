// Stands in for what the Pulumi SDK loads for closures that it would serialise; no program of ours has one.
module.exports = {};
