using System.Runtime.InteropServices;
using Assay.Client.Runs;
using Assay.Data.Formats;
using Assay.Data.Tokenization;
using Assay.Models.Training;

namespace Assay.Worker.Jobs;

/// <summary>What a run's owner reads when its training ended with an exception. Pure.</summary>
internal static class TrainFailure
{
    /// <summary>What happened and what to do. Null: nothing that a second attempt could not meet differently, so the worker ends and the run is tried again.</summary>
    public static string? Sentence(Exception failure, RunSettings settings) => failure switch
    {
        InsufficientMemoryException => $"{failure.Message} {Smaller(settings)}",
        OutOfMemoryException => OutOfMemory(settings),
        ExternalException when failure.Message.Contains("memory", StringComparison.OrdinalIgnoreCase) => OutOfMemory(settings),
        InvalidModelConfigException or InvalidSafetensorsException or InvalidTokenizerException or ChatTemplateException or InvalidCheckpointException
            or ArgumentException => $"The run cannot be trained: {failure.Message}",
        IOException or UnauthorizedAccessException =>
            $"A file of the run could not be read or written: {failure.Message} Look whether the disk of the data folder is full, then start the run again.",
        ExternalException or InvalidOperationException or ArithmeticException =>
            $"The training broke off: {failure.Message} Start the run again with other settings; if it breaks off again, report it with this sentence.",
        _ => null,
    };

    private static string OutOfMemory(RunSettings settings) => $"Out of memory with batch_size {settings.BatchSize} and cut_off {settings.CutOff}. {Smaller(settings)}";

    private static string Smaller(RunSettings settings) => "Try " + (settings.BatchSize > 1 ? $"batch_size {settings.BatchSize / 2}, or a shorter cut_off." : "a shorter cut_off.");
}
