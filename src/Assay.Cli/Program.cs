using System.CommandLine;
using System.Globalization;
using System.Text;
using Assay.Cli;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

var root = new RootCommand("Assay: contribute data, have it validated, train on it, and check every step.")
{
    LedgerCommand.Create(),
};

var parsed = root.Parse(args);
var code = await parsed.InvokeAsync();
return parsed.Errors.Count > 0 ? ExitCodes.CouldNotRun : code;
