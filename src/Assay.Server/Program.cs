using System.CommandLine;
using System.Globalization;
using Assay.Server.Accounts;
using Assay.Server.Demo;
using Assay.Server.Gates;
using Assay.Server.Shared.Hosting;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.InvariantCulture;

var root = new RootCommand("Assay: datanets under validation, fine-tuning, and a verifiable ledger.")
{
    ServeCommand.Make(),
    DemoCommand.Make(),
    UserCommand.Make(),
    GatesCommand.Make(),
};
return await root.Parse(args).InvokeAsync();
