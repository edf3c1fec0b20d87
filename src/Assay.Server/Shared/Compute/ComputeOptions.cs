using System.ComponentModel.DataAnnotations;

namespace Assay.Server.Shared.Compute;

/// <summary>The child processes that parse files, train and answer.</summary>
internal sealed class ComputeOptions
{
    /// <summary>Path of the worker program; empty: beside the server's output folder.</summary>
    public string WorkerPath { get; set; } = "";

    /// <summary>Memory of a validation worker in MiB. Default 1,024; 256 to 65,536.</summary>
    [Range(256, 65_536)]
    public int ValidateMemoryMiB { get; set; } = 1024;

    /// <summary>Memory of a training worker in MiB; 0: 90 % of what the machine has free when it starts. Default 0.</summary>
    [Range(0, 4_194_304)]
    public int TrainMemoryMiB { get; set; }

    /// <summary>Memory of the inference worker in MiB; 0: no limit. Default 0.</summary>
    [Range(0, 4_194_304)]
    public int InferMemoryMiB { get; set; }

    /// <summary>Starts worker processes. Off: jobs wait (for an installation whose workers are started by hand, and for tests).</summary>
    public bool StartWorkers { get; set; } = true;
}
