using Assay.Data.Tokenization;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Generation;

/// <summary>What all replies of a loop share.</summary>
/// <param name="Plan">The model.</param>
/// <param name="Tokenizer">Ids to text; null leaves all texts empty.</param>
/// <param name="EndIds">Ids that end a reply.</param>
/// <param name="Clock">For time limits.</param>
internal sealed record ReplyModel(DecoderPlan Plan, Tokenizer? Tokenizer, IReadOnlySet<int> EndIds, TimeProvider Clock);
