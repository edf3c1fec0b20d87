using System.CommandLine;
using Assay.Cli;

var root = new RootCommand("Assay: verify, validate and contribute from the command line.")
{
    ValidateCommand.Create(),
    ValidateChildCommand.Create(),
};
var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    // stdout belongs to results, and 2 is every verb's "could not do it".
    await Console.Error.WriteLineAsync(string.Join(Environment.NewLine, parsed.Errors.Select(error => error.Message)));
    return 2;
}

return await parsed.InvokeAsync();
