using System.Text.Json;
using Assay.Data.Formats;

namespace Assay.Worker.Pretraining;

/// <summary>How many steps a pre-training run takes, kept beside its checkpoints because a time budget may change it.</summary>
/// <param name="Steps">Steps planned now.</param>
/// <param name="ChatFrom">First step with questions and answers.</param>
/// <param name="Seconds">Training time spent so far.</param>
/// <param name="Changes">Every change of the plan as a sentence, in order.</param>
internal sealed record PretrainPlan(int Steps, int ChatFrom, double Seconds, IReadOnlyList<string> Changes)
{
    private static readonly JsonSerializerOptions Snake = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>The recipe's own plan.</summary>
    public static PretrainPlan Of(PretrainRecipe recipe) => new(recipe.Steps, FirstChat(recipe.Steps, recipe), 0, []);

    /// <summary>The plan adapted to the time left, when it would miss it by more than 3 %.</summary>
    /// <param name="recipe">For the part of the steps with questions and answers.</param>
    /// <param name="step">Steps done.</param>
    /// <param name="affordable">Steps that fit into the time left at the measured pace.</param>
    public PretrainPlan Fit(PretrainRecipe recipe, int step, double affordable)
    {
        int steps = step + Math.Max(1, (int)affordable);
        if (Math.Abs(steps - Steps) <= 0.03 * Steps)
        {
            return this;
        }

        // Once questions have begun, their place is history.
        int chatFrom = step >= ChatFrom ? ChatFrom : Math.Max(step + 1, FirstChat(steps, recipe));
        return this with { Steps = steps, ChatFrom = chatFrom, Changes = [.. Changes, $"After step {step}: {steps} steps instead of {Steps}."] };
    }

    /// <summary>A finished plan continued for more time at the pace so far; the rate rises again to the middle of its course.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="seconds">Time to add.</param>
    public PretrainPlan Extend(int step, double seconds)
    {
        int steps = step + Math.Max(1, (int)(seconds * step / Math.Max(Seconds, 1)));
        return this with { Steps = steps, Changes = [.. Changes, $"After step {step}: extended to {steps} steps."] };
    }

    public static PretrainPlan? Load(string path) =>
        File.Exists(path) ? JsonSerializer.Deserialize<PretrainPlan>(File.ReadAllBytes(path), Snake) : null;

    public void Save(string path) => DurableFile.WriteText(path, JsonSerializer.Serialize(this, Snake));

    private static int FirstChat(int steps, PretrainRecipe recipe) => (int)(steps * (1 - recipe.ChatPart)) + 1;
}
