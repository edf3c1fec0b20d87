using Assay.Models.Engine.Kernels;

namespace Assay.Worker.Bench;

/// <summary>What a generation benchmark measures.</summary>
/// <param name="Shape">Model shape.</param>
/// <param name="Weights">How matrices are held.</param>
/// <param name="Prompt">Prompt tokens of each row.</param>
/// <param name="Tokens">New tokens of each row in a round.</param>
/// <param name="Batch">Rows that share each pass, 1 to 16.</param>
/// <param name="Adapters">LoRA adapters of rank 16 on all linear layers, given to the rows in turn; 0 for none.</param>
/// <param name="Rounds">Timed rounds, 1 or more.</param>
internal sealed record GenerateBenchOptions(BenchShape Shape, WeightFormat Weights, int Prompt, int Tokens, int Batch, int Adapters, int Rounds);
