namespace Assay.Models.Engine.Plans;

/// <summary>Choice limited to groups: experts outside the best groups get score 0 (not −∞) for choosing.</summary>
/// <param name="Count">Groups of equal size.</param>
/// <param name="Kept">Groups that stay.</param>
/// <param name="BestOf">A group's score is the sum of its best one (DeepSeek-V2) or two (V3) scores.</param>
public sealed record RouterGroups(int Count, int Kept, int BestOf);
