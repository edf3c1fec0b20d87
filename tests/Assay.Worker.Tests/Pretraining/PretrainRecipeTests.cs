using System.Text;
using Assay.Data.Formats;
using Assay.Data.Tokenization;
using Assay.Models.Families;
using Assay.Testing;
using Assay.Worker.Pretraining;

namespace Assay.Worker.Tests.Pretraining;

public sealed class PretrainRecipeTests
{
    [Fact]
    public void The_shipped_recipe_describes_a_model_of_three_to_eight_million_parameters()
    {
        var recipe = PretrainRecipe.Load(Path.Combine(Repository.Root, "recipes", "starter.json"));
        var plan = ModelFamily.Plan(HfModelConfig.Parse(Encoding.UTF8.GetBytes(recipe.ModelConfig()), default), null);

        long parameters = plan.Weights().Sum(weight => weight.Shape.Aggregate(1L, (count, size) => count * size));

        Assert.InRange(parameters, 3_000_000, 8_000_000);
        Assert.True(plan.Head.Tied);
    }

    [Fact]
    public void Training_conversations_look_exactly_as_the_chat_template_renders_them()
    {
        var context = new Dictionary<string, string> { ["bos_token"] = StarterTokens.EndOfText };
        ChatMessage[] messages = [new("user", "What is x?"), new("assistant", "A letter.")];
        var template = ChatTemplate.Parse(StarterTokens.ChatTemplate);

        string rendered = template.Render(messages, addGenerationPrompt: false, context);

        Assert.Equal(StarterTokens.Conversation("What is x?", "A letter."), rendered);
        Assert.StartsWith(template.Render(messages[..1], addGenerationPrompt: true, context), rendered, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plan_is_fitted_to_the_time_left_and_questions_keep_their_place_once_begun()
    {
        var recipe = PretrainRecipe.Load(Path.Combine(Repository.Root, "recipes", "starter.json"));
        var plan = PretrainPlan.Of(recipe);

        Assert.Same(plan, plan.Fit(recipe, 100, plan.Steps - 100));
        var shorter = plan.Fit(recipe, 100, 900);
        Assert.Equal((1_000, 701), (shorter.Steps, shorter.ChatFrom));
        Assert.Equal((1_500, 701), (shorter.Fit(recipe, 800, 700).Steps, shorter.Fit(recipe, 800, 700).ChatFrom));
        Assert.Equal(901, shorter.Fit(recipe, 900, -5).Steps);
        Assert.Equal(["After step 100: 1000 steps instead of 3200."], shorter.Changes);
    }
}
