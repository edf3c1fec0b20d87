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

    /// <summary>Questions of one account that may wait for the inference worker. Default 8; 1 to 1,000.</summary>
    [Range(1, 1000)]
    public int QuestionsPerAccount { get; set; } = 8;

    /// <summary>Questions of all accounts that may wait. Default 64; 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int Questions { get; set; } = 64;

    /// <summary>Seconds after which a question that no worker took fails. Default 60; 1 to 3,600.</summary>
    [Range(1, 3600)]
    public int QuestionPatienceSeconds { get; set; } = 60;

    /// <summary>Starts worker processes. Off: jobs wait (for an installation whose workers are started by hand, and for tests).</summary>
    public bool StartWorkers { get; set; } = true;
}
