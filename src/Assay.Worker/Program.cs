using System.CommandLine;
using System.Globalization;
using Assay.Data.Formats;
using Assay.Data.Tokenization;
using Assay.Models.Engine.Native;
using Assay.Models.Training;
using Assay.Worker.Verbs;

NativeThreads.SleepWhenIdle();
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var root = new RootCommand("Assay's engine: training and generation on this machine.")
{
    SelfTestVerb.Create(),
    BenchVerb.Create(),
    ConformanceVerb.Create(),
    PretrainVerb.Create(),
    TrainVerb.Create(),
    GenerateVerb.Create(),
    PullVerb.Create(),
    InspectVerb.Create(),
    ExportVerb.Create(),
    LeaseVerb.Create(),
};

try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception error) when (error is InvalidSafetensorsException or InvalidModelConfigException or InvalidTokenizerException or ChatTemplateException
    or InvalidCheckpointException or InvalidDataException or InsufficientMemoryException or IOException or UnauthorizedAccessException or ArgumentException)
{
    // A file or a setting is wrong: one sentence, no stack trace.
    Console.Error.WriteLine(error.Message);
    return 2;
}
