using System.CommandLine;
using System.Globalization;
using System.Text;
using Assay.Cli;
using Assay.Cli.Contributing;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

var root = new RootCommand("Assay: contribute data, have it validated, train on it, and check every step.")
{
    ContributeCommand.Create(),
    ImportCommand.Create(),
    LedgerCommand.Create(),
    ValidateCommand.Create(),
    ValidateChildCommand.Create(),
};

var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    // Not InvokeAsync: it would print the help to stdout, which belongs to results.
    await Console.Error.WriteLineAsync(string.Join(Environment.NewLine, [.. parsed.Errors.Select(error => error.Message), "Add --help to see how it is called."]));
    return ExitCodes.CouldNotRun;
}

return await parsed.InvokeAsync();
