// Makes `${output}` throw instead of printing a placeholder; the SDK reads it when it loads.
process.env.PULUMI_ERROR_OUTPUT_STRING = "1";
// Node 20 is supported until the SDK drops it; its notice would bury what a test prints.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
