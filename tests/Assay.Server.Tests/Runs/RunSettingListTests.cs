using System.Text.Json;
using Assay.Client;
using Assay.Client.Runs;

namespace Assay.Server.Tests.Runs;

public sealed class RunSettingListTests
{
    [Fact]
    public void Every_setting_stands_once_in_the_list()
    {
        var members = typeof(RunSettings).GetProperties().Select(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name)).Order(StringComparer.Ordinal);

        Assert.Equal(members, RunSettingList.All.Select(setting => setting.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Each_entry_reads_and_changes_the_member_of_its_name()
    {
        foreach (var setting in RunSettingList.All)
        {
            var other = Other(setting, setting.Read(new RunSettings()));

            var changed = setting.With(new RunSettings(), other);

            Assert.Equal(other, setting.Read(changed));
            using var wire = JsonSerializer.SerializeToDocument(changed, AssayJson.Options);
            Assert.Equal(RunSettingList.Show(other), Show(wire.RootElement.GetProperty(setting.Name)));
            var difference = Assert.Single(RunSettingList.Difference(new RunSettings(), changed));
            Assert.Equal((setting.Name, RunSettingList.Show(other)), (difference.Setting.Name, difference.After));
        }
    }

    [Fact]
    public void Defaults_lie_in_their_ranges_and_values_outside_are_refused_by_name()
    {
        Assert.Null(RunSettingList.Refuse(new RunSettings()));
        foreach (var setting in RunSettingList.All.Where(setting => setting.Kind is SettingKind.Whole or SettingKind.Real))
        {
            Assert.StartsWith(setting.Name, RunSettingList.Refuse(setting.With(new RunSettings(), setting.Least - 1)), StringComparison.Ordinal);
            if (setting.Most < int.MaxValue)
            {
                Assert.StartsWith(setting.Name, RunSettingList.Refuse(setting.With(new RunSettings(), setting.Most + 1)), StringComparison.Ordinal);
            }
        }

        foreach (var setting in RunSettingList.All.Where(setting => setting.Kind == SettingKind.Choice))
        {
            Assert.StartsWith(setting.Name, RunSettingList.Refuse(setting.With(new RunSettings(), "other")), StringComparison.Ordinal);
        }
    }

    private static object Other(RunSetting setting, object? now) => setting.Kind switch
    {
        SettingKind.Switch => !(bool)now!,
        SettingKind.Choice => setting.Choices!.First(choice => choice != (string)now!),
        SettingKind.Text => "q_proj",
        _ => now is double number && number == setting.Least!.Value ? setting.Most!.Value : setting.Least!.Value,
    };

    private static string Show(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.True => "on",
        JsonValueKind.False => "off",
        JsonValueKind.String => element.GetString()!,
        _ => RunSettingList.Show(element.GetDouble()),
    };
}
