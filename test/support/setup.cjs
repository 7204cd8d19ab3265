// Makes `${output}` throw instead of printing a placeholder; the SDK reads it when it loads.
process.env.PULUMI_ERROR_OUTPUT_STRING = "1";
