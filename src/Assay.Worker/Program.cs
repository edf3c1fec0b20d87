using System.CommandLine;
using System.Globalization;
using Assay.Worker.Verbs;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var root = new RootCommand("Assay's engine: training and generation on this machine.")
{
    SelfTestVerb.Create(),
    ConformanceVerb.Create(),
    PretrainVerb.Create(),
};
return root.Parse(args).Invoke();
